//! Settings of a broker: TLS.

use crate::setting::{Kind, Setting, boolean, list, string, unset};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    string("ssl.client.auth", "none").one_of(&["required", "requested", "none"]).per_broker(),
    string("ssl.principal.mapping.rules", "DEFAULT").low(),
    boolean("ssl.allow.dn.changes", false).low(),
    boolean("ssl.allow.san.changes", false).low(),
    string("ssl.protocol", "TLSv1.3").per_broker(),
    unset("ssl.provider", Kind::String).per_broker(),
    list("ssl.enabled.protocols", "TLSv1.2,TLSv1.3").per_broker(),
    string("ssl.keystore.type", "JKS").per_broker(),
    unset("ssl.keystore.location", Kind::String).per_broker(),
    unset("ssl.keystore.password", Kind::Password).per_broker(),
    unset("ssl.key.password", Kind::Password).per_broker(),
    unset("ssl.keystore.key", Kind::Password).per_broker(),
    unset("ssl.keystore.certificate.chain", Kind::Password).per_broker(),
    string("ssl.truststore.type", "JKS").per_broker(),
    unset("ssl.truststore.location", Kind::String).per_broker(),
    unset("ssl.truststore.password", Kind::Password).per_broker(),
    unset("ssl.truststore.certificates", Kind::Password).per_broker(),
    string("ssl.keymanager.algorithm", "SunX509").per_broker(),
    string("ssl.trustmanager.algorithm", "PKIX").per_broker(),
    string("ssl.endpoint.identification.algorithm", "https").low().per_broker(),
    unset("ssl.secure.random.implementation", Kind::String).low().per_broker(),
    list("ssl.cipher.suites", "").per_broker(),
    unset("ssl.engine.factory.class", Kind::Class).low().per_broker(),
];
