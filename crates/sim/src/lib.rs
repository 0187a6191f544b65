//! Whole nodes on simulated disks, network and clock from one seed, with workloads and invariants.
