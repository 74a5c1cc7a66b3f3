//! The only I/O: endpoints, programs, files.
