//! gocua-demo
