//! The `golive` command: parse, run, exit.

mod config;
mod demo;
mod observe;
mod report;
mod wiring;

fn main() {}
