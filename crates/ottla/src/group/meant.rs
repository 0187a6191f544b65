//! Which groups a verb is for.

use clap::Args;
use ottla_client::Admin;
use ottla_client::admin::{GroupListing, GroupType};

use crate::failure::{Failure, Outcome};

/// Arguments that name groups.
#[derive(Debug, Args)]
pub(super) struct Groups {
    /// The groups
    #[arg(value_name = "GROUP")]
    pub(super) groups: Vec<String>,
    /// Every group of consumers
    #[arg(long, conflicts_with = "groups")]
    pub(super) all_groups: bool,
}

impl Groups {
    /// Their ids.
    ///
    /// # Errors
    /// None is named, or the cluster could not be asked for all of them.
    pub(super) async fn ids(&self, admin: &Admin) -> Outcome<Vec<String>> {
        if self.all_groups {
            return all(admin).await;
        }
        if self.groups.is_empty() {
            return Err(
                Failure::usage("no group is named").advise("name groups, or say --all-groups")
            );
        }
        Ok(self.groups.clone())
    }
}

/// The ids of all groups of consumers, and of those that have offsets and no protocol.
pub(super) async fn all(admin: &Admin) -> Outcome<Vec<String>> {
    let is_meant = |group: &GroupListing| {
        !matches!(&group.group_type, GroupType::Other(name) if !name.is_empty())
            && matches!(group.protocol_type.as_str(), "" | "consumer")
    };
    let groups = admin.list_groups(&[], &[]).await?;
    Ok(groups.into_iter().filter(is_meant).map(|group| group.group_id).collect())
}
