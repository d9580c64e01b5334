//! The API as a client meets it, on both databases.

mod alerts;
mod arrive;
mod bodies;
mod carry;
mod codes;
mod desk;
mod exports;
mod gate;
mod ground;
mod headers;
mod identity;
mod imports;
mod logs;
mod matrix;
mod ogc;
mod old_clients;
mod openapi;
mod problems;
mod public;
mod quality;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod tokens;
mod web;
