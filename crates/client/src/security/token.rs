//! Tokens for OAUTHBEARER, and who gives them out.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use ottla_base::WallTime;

use super::base64;
use super::sasl::jaas::LoginModule;
use super::secret::Secret;
use crate::Result;

/// A token as a broker is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The token in its compact form.
    pub value: Secret,
    /// SASL extensions (KIP-342): names and values beside it.
    pub extensions: Vec<(String, String)>,
}

impl From<&str> for Token {
    fn from(value: &str) -> Self {
        Self { value: Secret::new(value), extensions: Vec::new() }
    }
}

/// A token that is being fetched.
pub type TokenFuture = Pin<Box<dyn Future<Output = Result<Token>> + Send>>;

/// Who gives out tokens: asked for each new connection, and for each time that a broker wants to
/// be shown one again (KIP-368).
#[derive(Clone)]
pub struct TokenSource(Arc<dyn Fn() -> TokenFuture + Send + Sync>);

impl TokenSource {
    /// Tokens come from `source`.
    pub fn new<F>(source: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Token>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(source())))
    }

    /// A token, now.
    pub(super) fn token(&self) -> TokenFuture {
        (self.0)()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSource")
    }
}

impl PartialEq for TokenSource {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Tokens that nobody signed, made from the options of Kafka's `OAuthBearerLoginModule`: for tests,
/// with a broker that takes them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnsecuredTokens {
    claims: Vec<(String, String)>,
    lifetime_seconds: i64,
    extensions: Vec<(String, String)>,
}

/// How long a token is good for if nobody says: an hour, as in Java.
const LIFETIME_SECONDS: i64 = 3600;

impl UnsecuredTokens {
    /// What the options of a login module say; `None` if they name no claim.
    pub(super) fn of(module: &LoginModule) -> Option<Self> {
        let text = |(name, value): (&str, &str)| (name.to_owned(), json_text(value));
        let number = |(name, value): (&str, &str)| {
            Some((name.to_owned(), value.parse::<f64>().ok()?.to_string()))
        };
        let list = |(name, value): (&str, &str)| (name.to_owned(), json_list(value));
        let mut claims: Vec<_> =
            module.with_prefix("unsecuredLoginStringClaim_").map(text).collect();
        claims.extend(module.with_prefix("unsecuredLoginNumberClaim_").filter_map(number));
        claims.extend(module.with_prefix("unsecuredLoginListClaim_").map(list));
        let lifetime = module.option("unsecuredLoginLifetimeSeconds");
        let lifetime_seconds =
            lifetime.and_then(|text| text.parse().ok()).unwrap_or(LIFETIME_SECONDS);
        let extension = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let extensions = module.with_prefix("unsecuredLoginExtension_").map(extension).collect();
        (!claims.is_empty()).then_some(Self { claims, lifetime_seconds, extensions })
    }

    /// A token that begins to be good at `now`.
    pub(super) fn token(&self, now: WallTime) -> Token {
        let seconds = now.millis / 1000;
        let mut claims = self.claims.clone();
        claims.push(("iat".to_owned(), seconds.to_string()));
        claims.push(("exp".to_owned(), (seconds + self.lifetime_seconds).to_string()));
        let claims: Vec<_> =
            claims.iter().map(|(name, value)| format!("{}:{value}", json_text(name))).collect();
        let header = base64::encode_url(br#"{"alg":"none"}"#);
        let claims = base64::encode_url(format!("{{{}}}", claims.join(",")).as_bytes());
        let value = Secret::new(format!("{header}.{claims}."));
        Token { value, extensions: self.extensions.clone() }
    }
}

fn json_text(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..='\u{1f}' => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A list as Java's option has it: its first character stands between the others.
fn json_list(value: &str) -> String {
    let mut characters = value.chars();
    let items: Vec<_> = match characters.next() {
        Some(separator) => characters.as_str().split(separator).map(json_text).collect(),
        None => Vec::new(),
    };
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsecured_token_says_what_the_options_say() {
        let text = "x required unsecuredLoginStringClaim_sub=\"al\\\"ice\" \
                    unsecuredLoginListClaim_scope=\"|read|write\" unsecuredLoginLifetimeSeconds=\"60\" \
                    unsecuredLoginExtension_trace=\"7\";";
        let tokens = UnsecuredTokens::of(&LoginModule::parse(text).unwrap()).unwrap();
        let token = tokens.token(WallTime { millis: 1_000_999 });
        let parts: Vec<_> = token.value.reveal().split('.').collect();
        assert_eq!(base64::decode(parts[0]).unwrap(), br#"{"alg":"none"}"#);
        let claims = br#"{"sub":"al\"ice","scope":["read","write"],"iat":1000,"exp":1060}"#;
        assert_eq!(base64::decode(parts[1]).unwrap(), claims);
        assert_eq!(parts[2], "");
        assert_eq!(token.extensions, [("trace".to_owned(), "7".to_owned())]);
        assert_eq!(UnsecuredTokens::of(&LoginModule::parse("x required;").unwrap()), None);
    }
}
