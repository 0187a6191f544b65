//! What Apache Kafka 4.4 says with an error code when nothing more precise is known.

use crate::ErrorCode;

impl ErrorCode {
    /// The sentence that goes with the code, as clients know it (observed in kafka-clients 4.4.0).
    pub fn sentence(self) -> &'static str {
        match self {
            Self::UnknownServerError => {
                "The server experienced an unexpected error when processing the request."
            }
            Self::None => "NONE",
            Self::OffsetOutOfRange => {
                "The requested offset is not within the range of offsets maintained by the server."
            }
            Self::CorruptMessage => {
                "This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt."
            }
            Self::UnknownTopicOrPartition => "This server does not host this topic-partition.",
            Self::InvalidFetchSize => "The requested fetch size is invalid.",
            Self::LeaderNotAvailable => {
                "There is no leader for this topic-partition as we are in the middle of a leadership election."
            }
            Self::NotLeaderOrFollower => {
                "For requests intended only for the leader, this error indicates that the broker is not the current leader. For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition."
            }
            Self::RequestTimedOut => "The request timed out.",
            Self::BrokerNotAvailable => "The broker is not available.",
            Self::ReplicaNotAvailable => {
                "The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition."
            }
            Self::MessageTooLarge => {
                "The request included a message larger than the max message size the server will accept."
            }
            Self::StaleControllerEpoch => "The controller moved to another broker.",
            Self::OffsetMetadataTooLarge => {
                "The metadata field of the offset request was too large."
            }
            Self::NetworkException => "The server disconnected before a response was received.",
            Self::CoordinatorLoadInProgress => {
                "The coordinator is loading and hence can't process requests."
            }
            Self::CoordinatorNotAvailable => "The coordinator is not available.",
            Self::NotCoordinator => "This is not the correct coordinator.",
            Self::InvalidTopicException => {
                "The request attempted to perform an operation on an invalid topic."
            }
            Self::RecordListTooLarge => {
                "The request included message batch larger than the configured segment size on the server."
            }
            Self::NotEnoughReplicas => {
                "Messages are rejected since there are fewer in-sync replicas than required."
            }
            Self::NotEnoughReplicasAfterAppend => {
                "Messages are written to the log, but to fewer in-sync replicas than required."
            }
            Self::InvalidRequiredAcks => {
                "Produce request specified an invalid value for required acks."
            }
            Self::IllegalGeneration => "Specified group generation id is not valid.",
            Self::InconsistentGroupProtocol => {
                "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list."
            }
            Self::InvalidGroupId => "The group id is invalid.",
            Self::UnknownMemberId => "The coordinator is not aware of this member.",
            Self::InvalidSessionTimeout => {
                "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms)."
            }
            Self::RebalanceInProgress => "The group is rebalancing, so a rejoin is needed.",
            Self::InvalidCommitOffsetSize => "The committing offset data size is not valid.",
            Self::TopicAuthorizationFailed => "Topic authorization failed.",
            Self::GroupAuthorizationFailed => "Group authorization failed.",
            Self::ClusterAuthorizationFailed => "Cluster authorization failed.",
            Self::InvalidTimestamp => "The timestamp of the message is out of acceptable range.",
            Self::UnsupportedSaslMechanism => {
                "The broker does not support the requested SASL mechanism."
            }
            Self::IllegalSaslState => "Request is not valid given the current SASL state.",
            Self::UnsupportedVersion => "The version of API is not supported.",
            Self::TopicAlreadyExists => "Topic with this name already exists.",
            Self::InvalidPartitions => "Number of partitions is below 1.",
            Self::InvalidReplicationFactor => {
                "Replication factor is below 1 or larger than the number of available brokers."
            }
            Self::InvalidReplicaAssignment => "Replica assignment is invalid.",
            Self::InvalidConfig => "Configuration is invalid.",
            Self::NotController => "This is not the correct controller for this cluster.",
            Self::InvalidRequest => {
                "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details."
            }
            Self::UnsupportedForMessageFormat => {
                "The message format version on the broker does not support the request."
            }
            Self::PolicyViolation => "Request parameters do not satisfy the configured policy.",
            Self::OutOfOrderSequenceNumber => {
                "The broker received an out of order sequence number."
            }
            Self::DuplicateSequenceNumber => "The broker received a duplicate sequence number.",
            Self::InvalidProducerEpoch => "Producer attempted to produce with an old epoch.",
            Self::InvalidTxnState => {
                "The producer attempted a transactional operation in an invalid state."
            }
            Self::InvalidProducerIdMapping => {
                "The producer attempted to use a producer id which is not currently assigned to its transactional id."
            }
            Self::InvalidTransactionTimeout => {
                "The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms)."
            }
            Self::ConcurrentTransactions => {
                "The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing."
            }
            Self::TransactionCoordinatorFenced => {
                "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer."
            }
            Self::TransactionalIdAuthorizationFailed => "Transactional Id authorization failed.",
            Self::SecurityDisabled => "Security features are disabled.",
            Self::OperationNotAttempted => {
                "The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest."
            }
            Self::KafkaStorageError => "Disk error when trying to access log file on the disk.",
            Self::LogDirNotFound => {
                "The user-specified log directory is not found in the broker config."
            }
            Self::SaslAuthenticationFailed => "SASL Authentication failed.",
            Self::UnknownProducerId => {
                "This exception is raised by the broker if it could not locate the producer metadata associated with the producerId in question. This could happen if, for instance, the producer's records were deleted because their retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is removed from the broker, and future appends by the producer will return this exception."
            }
            Self::ReassignmentInProgress => "A partition reassignment is in progress.",
            Self::DelegationTokenAuthDisabled => "Delegation Token feature is not enabled.",
            Self::DelegationTokenNotFound => "Delegation Token is not found on server.",
            Self::DelegationTokenOwnerMismatch => "Specified Principal is not valid Owner/Renewer.",
            Self::DelegationTokenRequestNotAllowed => {
                "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated channels."
            }
            Self::DelegationTokenAuthorizationFailed => "Delegation Token authorization failed.",
            Self::DelegationTokenExpired => "Delegation Token is expired.",
            Self::InvalidPrincipalType => "Supplied principalType is not supported.",
            Self::NonEmptyGroup => "The group is not empty.",
            Self::GroupIdNotFound => "The group id does not exist.",
            Self::FetchSessionIdNotFound => "The fetch session ID was not found.",
            Self::InvalidFetchSessionEpoch => "The fetch session epoch is invalid.",
            Self::ListenerNotFound => {
                "There is no listener on the leader broker that matches the listener on which metadata request was processed."
            }
            Self::TopicDeletionDisabled => "Topic deletion is disabled.",
            Self::FencedLeaderEpoch => {
                "The leader epoch in the request is older than the epoch on the broker."
            }
            Self::UnknownLeaderEpoch => {
                "The leader epoch in the request is newer than the epoch on the broker."
            }
            Self::UnsupportedCompressionType => {
                "The requesting client does not support the compression type of given partition."
            }
            Self::StaleBrokerEpoch => "Broker epoch has changed.",
            Self::OffsetNotAvailable => {
                "The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing."
            }
            Self::MemberIdRequired => {
                "The group member needs to have a valid member id before actually entering a consumer group."
            }
            Self::PreferredLeaderNotAvailable => "The preferred leader was not available.",
            Self::GroupMaxSizeReached => "The group has reached its maximum size.",
            Self::FencedInstanceId => {
                "The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id."
            }
            Self::EligibleLeadersNotAvailable => {
                "Eligible topic partition leaders are not available."
            }
            Self::ElectionNotNeeded => "Leader election not needed for topic partition.",
            Self::NoReassignmentInProgress => "No partition reassignment is in progress.",
            Self::GroupSubscribedToTopic => {
                "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it."
            }
            Self::InvalidRecord => {
                "This record has failed the validation on broker and hence will be rejected."
            }
            Self::UnstableOffsetCommit => "There are unstable offsets that need to be cleared.",
            Self::ThrottlingQuotaExceeded => "The throttling quota has been exceeded.",
            Self::ProducerFenced => {
                "There is a newer producer with the same transactionalId which fences the current one."
            }
            Self::ResourceNotFound => {
                "A request illegally referred to a resource that does not exist."
            }
            Self::DuplicateResource => "A request illegally referred to the same resource twice.",
            Self::UnacceptableCredential => {
                "Requested credential would not meet criteria for acceptability."
            }
            Self::InconsistentVoterSet => {
                "Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters."
            }
            Self::InvalidUpdateVersion => "The given update version was invalid.",
            Self::FeatureUpdateFailed => {
                "Unable to update finalized features due to an unexpected server error."
            }
            Self::PrincipalDeserializationFailure => {
                "Request principal deserialization failed during forwarding. This indicates an internal error on the broker cluster security setup."
            }
            Self::SnapshotNotFound => "Requested snapshot was not found.",
            Self::PositionOutOfRange => {
                "Requested position is not greater than or equal to zero, and less than the size of the snapshot."
            }
            Self::UnknownTopicId => "This server does not host this topic ID.",
            Self::DuplicateBrokerRegistration => "This broker ID is already in use.",
            Self::BrokerIdNotRegistered => "The given broker ID was not registered.",
            Self::InconsistentTopicId => {
                "The log's topic ID did not match the topic ID in the request."
            }
            Self::InconsistentClusterId => {
                "The clusterId in the request does not match that found on the server."
            }
            Self::TransactionalIdNotFound => "The transactionalId could not be found.",
            Self::FetchSessionTopicIdError => {
                "The fetch session encountered inconsistent topic ID usage."
            }
            Self::IneligibleReplica => "The new ISR contains at least one ineligible replica.",
            Self::NewLeaderElected => {
                "The AlterPartition request successfully updated the partition state but the leader has changed."
            }
            Self::OffsetMovedToTieredStorage => "The requested offset is moved to tiered storage.",
            Self::FencedMemberEpoch => {
                "The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin."
            }
            Self::UnreleasedInstanceId => {
                "The instance ID is still used by another member in the consumer group. That member must leave first."
            }
            Self::UnsupportedAssignor => {
                "The assignor or its version range is not supported by the consumer group."
            }
            Self::StaleMemberEpoch => {
                "The member epoch is stale. The member must retry after receiving its updated member epoch via the ConsumerGroupHeartbeat API."
            }
            Self::MismatchedEndpointType => {
                "The request was sent to an endpoint of the wrong type."
            }
            Self::UnsupportedEndpointType => "This endpoint type is not supported yet.",
            Self::UnknownControllerId => "This controller ID is not known.",
            Self::UnknownSubscriptionId => {
                "Client sent a push telemetry request with an invalid or outdated subscription ID."
            }
            Self::TelemetryTooLarge => {
                "Client sent a push telemetry request larger than the maximum size the broker will accept."
            }
            Self::InvalidRegistration => {
                "The controller has considered the broker registration to be invalid."
            }
            Self::TransactionAbortable => {
                "The server encountered an error with the transaction. The client can abort the transaction to continue using this transactional ID."
            }
            Self::InvalidRecordState => {
                "The record state is invalid. The acknowledgement of delivery could not be completed."
            }
            Self::ShareSessionNotFound => "The share session was not found.",
            Self::InvalidShareSessionEpoch => "The share session epoch is invalid.",
            Self::FencedStateEpoch => {
                "The coordinator rejected the request because the state epoch did not match."
            }
            Self::InvalidVoterKey => "The voter key doesn't match the receiving replica's key.",
            Self::DuplicateVoter => "The voter is already part of the set of voters.",
            Self::VoterNotFound => "The voter is not part of the set of voters.",
            Self::InvalidRegularExpression => "The regular expression is not valid.",
            Self::RebootstrapRequired => {
                "Client metadata is stale. The client should rebootstrap to obtain new metadata."
            }
            Self::StreamsInvalidTopology => "The supplied topology is invalid.",
            Self::StreamsInvalidTopologyEpoch => "The supplied topology epoch is invalid.",
            Self::StreamsTopologyFenced => "The supplied topology epoch is outdated.",
            Self::ShareSessionLimitReached => "The limit of share sessions has been reached.",
            Self::GroupDeletionFailed => {
                "DeleteGroups could not complete; see the error message on the per-group result for details."
            }
            Self::StreamsTopologyDescriptionUpdateFailed => {
                "The broker could not process the topology description update; see the error message for details."
            }
            Self::ControllerIdNotRegistered => "The given controller ID was not registered.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_those_that_tools_show() {
        assert_eq!(
            ErrorCode::UnknownTopicOrPartition.sentence(),
            "This server does not host this topic-partition."
        );
        assert!(ErrorCode::ALL.iter().all(|code| !code.sentence().is_empty()));
    }
}
