//! A group from its member's side, as decisions: who reads what, when to join and when to give back,
//! from where to read, and what a broker still remembers of the last fetch.
#![no_std]

extern crate alloc;

pub mod assignor;
pub mod protocol;
