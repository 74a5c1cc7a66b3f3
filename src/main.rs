//! The `golive` command: parse, run, exit.

mod config;
mod demo;
mod exit;
mod guard;
mod observe;
mod output;
mod programs;
mod report;
mod wiring;

fn main() {}
