//! Whole nodes on simulated disks, network and clock from one seed, with workloads and invariants.
//!
//! A scenario builds a [`World`], starts nodes and workloads in it, lets things go wrong, heals
//! them, and demands that the workloads get through. Workloads tell a [`History`] what they asked
//! and saw; every event passes all [`invariants`], and the first broken one ends the run with the
//! seed. [`run_seeds`] runs a scenario once per seed and says how to see a red one again.

pub mod history;
pub mod invariants;
mod ledger;
pub mod life;
pub mod node;
mod seeds;
pub mod workload;

pub use history::{Event, History, Promise, Rules};
pub use ledger::{Deed, GroupPartition, Ledger};
pub use ottla_io::sim::{Faults, Stuck, World};
pub use seeds::run_seeds;
