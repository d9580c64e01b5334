//! Groups over time.
