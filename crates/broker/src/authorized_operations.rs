//! The bit fields that tell a client what it may do. Without an authorizer it may do everything
//! that can be done with the resource.

use ottla_model::AclOperation::{
    self, Alter, AlterConfigs, ClusterAction, Create, Delete, Describe, DescribeConfigs,
    IdempotentWrite, Read, Write,
};

/// The value of a field that was not asked for.
pub(crate) const NOT_ASKED_FOR: i32 = i32::MIN;

/// Everything that can be done with a topic.
pub(crate) const ALL_OF_TOPIC: i32 =
    bits(&[Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs]);

/// Everything that can be done with the cluster.
pub(crate) const ALL_OF_CLUSTER: i32 =
    bits(&[Create, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite]);

/// Everything that can be done with a group.
pub(crate) const ALL_OF_GROUP: i32 = bits(&[Read, Delete, Describe, DescribeConfigs, AlterConfigs]);

const fn bits(operations: &[AclOperation]) -> i32 {
    let mut bits = 0;
    let mut index = 0;
    while index < operations.len() {
        bits |= 1 << operations[index] as i32;
        index += 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_apache_kafka_answers_without_an_authorizer() {
        assert_eq!(ALL_OF_TOPIC, 3576);
        assert_eq!(ALL_OF_CLUSTER, 8096);
    }
}
