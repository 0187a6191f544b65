//! Settings of a broker: authorisation, principals, delegation tokens.

use crate::setting::{Check, Kind, Setting, class, long, string, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    string("authorizer.class.name", "").checked(Check::NonNull).low(),
    unset("security.providers", Kind::String).low(),
    class(
        "principal.builder.class",
        "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
    )
    .per_broker(),
    unset("delegation.token.secret.key", Kind::Password),
    long("delegation.token.max.lifetime.ms", 604_800_000).at_least(1.0),
    long("delegation.token.expiry.time.ms", 86_400_000).at_least(1.0),
    long("delegation.token.expiry.check.interval.ms", 3_600_000).at_least(1.0).low(),
];
