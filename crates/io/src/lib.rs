//! Sockets, files, clock, spawn and random: the one door to the outside, and its simulated twin.
//!
//! Everything goes through one handle, [`Io`]. It is concrete: inside is an enum of "the operating
//! system" and, with the feature `sim`, "a node of a simulated world", so code written against it
//! carries no type parameter and runs unchanged on both.
//!
//! Rules that hold on both sides:
//! - Disk calls ([`Disk`], [`File`]) are synchronous. A write goes to the page cache on the calling
//!   thread; what may wait for the device (sync, recovery, cold reads) goes through
//!   [`Io::blocking`] or [`Io::flushing`].
//! - Nothing is durable before [`File::sync_data`] returned, and no name (create, rename, remove)
//!   is durable before [`Disk::sync_dir`] of its directory returned.
//! - An error of a disk call names the operation and the path.
//! - Dropping a [`Task`] detaches it; [`Task::abort`] ends it at its next `await`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this crate is the door that the bans point to"
)]

mod around;
mod clock;
pub mod disk;
mod handle;
pub mod http;
mod lookout;
pub mod net;
mod os;
#[cfg(feature = "sim")]
pub mod sim;
mod task;

pub use clock::ShutdownSignal;
pub use disk::{
    CallId, DirLock, Disk, DiskError, Entry, File, FileIdentity, Open, OutstandingCall,
    is_out_of_descriptors,
};
pub use handle::Io;
pub use lookout::Lookout;
pub use net::{Listener, ReadHalf, SocketOptions, Stream, WriteHalf};
pub use os::run_os;
pub use task::{Task, TaskError};
