//! The command line as people and scripts see it: the real program, its stdout, stderr and exit code.

mod cli;
