//! What consumer groups are told of the cluster's topics.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;

/// A regular expression that cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRegex(pub String);

/// The topics of the cluster.
pub trait Topics {
    /// Grows whenever something below changes.
    fn version(&self) -> i64;

    /// The id of the topic of this name.
    fn id(&self, name: &str) -> Option<Uuid>;

    /// The name of the topic with this id.
    fn name(&self, id: Uuid) -> Option<Arc<str>>;

    /// How many partitions it has.
    fn partitions(&self, id: Uuid) -> Option<i32>;

    /// The racks that hold replicas of a partition, one for each replica that has one.
    fn racks(&self, id: Uuid, partition: i32) -> Vec<String>;

    /// The topics whose whole name matches and that the one who asks may see.
    ///
    /// # Errors
    /// Not a regular expression.
    fn matching(&self, regex: &str) -> Result<BTreeSet<Arc<str>>, InvalidRegex>;

    /// Whether [`Self::matching`] has the answer at hand, because
    /// [`crate::Groups::regexes_due`] asked for it.
    fn is_resolved(&self, regex: &str) -> bool;
}
