//! gocua-server
