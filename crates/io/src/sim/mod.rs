//! The simulated world behind [`crate::Io`]: nodes with tasks, clock, network and disk, run by one
//! thread from one seed. Real code runs in it unchanged; the same seed gives the same run, event
//! for event ([`World::trace_hash`] proves it).
//!
//! What it promises:
//! - One task runs at a time; which of the ready ones is the seed's choice. Time is virtual and
//!   advances by a few microseconds with each turn, and to the next timer when nobody is ready.
//! - The network is TCP as an application sees it: in order and without loss inside a connection,
//!   but late, in pieces, resettable, silent across a cut or towards a node without power.
//! - The disk keeps a page cache and a platter apart: see [`crate::disk`] for what survives.
//! - A crash can come between any two disk calls ([`World::crash_after_disk_writes`]).
//!
//! What it cannot see: data races (there is one thread), and code that reaches around `Io` to the
//! operating system or iterates an unordered map.

mod calls;
mod content;
mod crash;
mod disk;
mod executor;
mod faults;
mod file;
mod net;
mod node;
mod state;
mod stream;
mod trace;
mod tree;
mod world;

/// What a simulated node is told of its limit of descriptors, which it does not have.
pub(crate) const DESCRIPTORS_MAX: usize = 1024;

pub use faults::Faults;
pub use world::{Stuck, World};

pub(crate) use executor::{SimTask, yield_now};
pub(crate) use file::{SimFile, SimLock};
pub(crate) use node::SimIo;
pub(crate) use stream::{SimListener, SimReadHalf, SimStream, SimWriteHalf};
