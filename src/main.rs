//! The `golive` command: parse, run, exit.

mod config;
mod demo;
mod observe;
mod programs;
mod report;
mod wiring;

fn main() {}
