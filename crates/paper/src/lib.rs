//! gocua-paper
