//! The log as its users see it: scripts against files in memory.

mod memory;
mod script;

mod appending;
mod crashes;
mod producing;
mod retaining;
mod truncating;
