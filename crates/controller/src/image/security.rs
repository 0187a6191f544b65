//! Quotas, credentials, tokens and ACLs, as their records carry them.

use alloc::sync::Arc;

/// Who a quota is for: pairs of entity type (`user`, `client-id`, `ip`) and name, where no name
/// means the default, in the order of the types.
pub type QuotaEntity = Arc<[(Arc<str>, Option<Arc<str>>)]>;

/// A user's secret for one SCRAM mechanism, salted and hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramCredential {
    /// The salt.
    pub salt: Arc<[u8]>,
    /// H(ClientKey).
    pub stored_key: Arc<[u8]>,
    /// HMAC of the salted password with "Server Key".
    pub server_key: Arc<[u8]>,
    /// Rounds of hashing.
    pub iterations: i32,
}

impl core::fmt::Debug for ScramCredential {
    /// Without the keys: they would end in logs.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ScramCredential")
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

/// A delegation token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationToken {
    /// Principal that the token stands for.
    pub owner: Arc<str>,
    /// Principal that asked for it.
    pub requester: Arc<str>,
    /// Principals that may renew it.
    pub renewers: Arc<[Arc<str>]>,
    /// When it was made, in milliseconds.
    pub issue_timestamp_ms: i64,
    /// When it ends for good.
    pub max_timestamp_ms: i64,
    /// When it ends unless renewed.
    pub expiration_timestamp_ms: i64,
    /// Its id.
    pub token_id: Arc<str>,
}

/// One access control entry; numbers are those of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// Type of resource.
    pub resource_type: i8,
    /// Name of the resource.
    pub resource_name: Arc<str>,
    /// 3 literal, 4 prefixed.
    pub pattern_type: i8,
    /// Who.
    pub principal: Arc<str>,
    /// From where; `*` for anywhere.
    pub host: Arc<str>,
    /// What.
    pub operation: i8,
    /// 2 deny, 3 allow.
    pub permission_type: i8,
}
