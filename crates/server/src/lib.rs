//! The only crate that knows HTTP, and the `gocua` program.

pub mod api;
pub mod app;
pub mod auth;
pub mod basemap;
pub mod commands;
pub mod config;
pub mod intake;
pub mod leases;
pub mod ogc;
pub mod public;
pub mod serve;
pub mod telemetry;
pub mod tls;
pub mod web;
