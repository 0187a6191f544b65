//! Where tokens come from, and what is asked there: the URL, and the request as Java 4.4 sends it.

use super::super::base64;
use super::super::secret::Secret;
use crate::address::Address;

/// What `sasl.oauthbearer.token.endpoint.url` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A server that gives tokens out.
    Http(HttpEndpoint),
    /// A file with a token in it, which somebody else keeps fresh.
    File(String),
}

/// A server that gives tokens out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpEndpoint {
    pub(super) address: Address,
    pub(super) is_tls: bool,
    /// Path and query.
    target: String,
}

impl Endpoint {
    /// Reads the URL. What is wrong with it is said without showing it: people write passwords into
    /// URLs.
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        let url = url.trim();
        let (scheme, rest) = url.split_once(':').ok_or("it has no protocol: http or https")?;
        let (is_tls, port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (false, 80),
            "https" => (true, 443),
            "file" => return file(rest).map(Self::File),
            _ => return Err("its protocol is none of http, https and file".to_owned()),
        };
        let rest = rest.strip_prefix("//").ok_or("// is missing behind its protocol")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err("there is a user name in it, which is not sent: set \
                        sasl.oauthbearer.client.credentials.client.id and .client.secret"
                .to_owned());
        }
        let target = target.split('#').next().unwrap_or_default();
        if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("its path has characters that must be written as %XX".to_owned());
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let address = address(authority, port).ok_or("its host or port is not one")?;
        Ok(Self::Http(HttpEndpoint { address, is_tls, target }))
    }
}

fn address(authority: &str, port: u16) -> Option<Address> {
    let has_port = !authority.ends_with(']') && authority.contains(':');
    let text = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
    Address::parse(&text).ok().filter(|address| address.port > 0)
}

/// The path of `file:/path`, `file:///path` and `file://localhost/path`.
fn file(rest: &str) -> Result<String, String> {
    let path = match rest.strip_prefix("//") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    if !path.starts_with('/') {
        return Err("it names no file on this machine: file:///path".to_owned());
    }
    Ok(path.to_owned())
}

impl HttpEndpoint {
    /// The URL without what may be secret in it.
    pub(super) fn shown(&self) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        let path = self.target.split('?').next().unwrap_or_default();
        format!("{scheme}://{}{path}", self.host())
    }

    /// As the header `Host` has it.
    fn host(&self) -> String {
        let default = if self.is_tls { 443 } else { 80 };
        let text = self.address.to_string();
        match text.strip_suffix(&format!(":{default}")) {
            Some(host) => host.to_owned(),
            None => text,
        }
    }
}

/// Whom a token is for, and what it is to allow.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Credentials {
    pub(super) id: String,
    pub(super) secret: Secret,
    pub(super) scope: Option<String>,
    /// `sasl.oauthbearer.header.urlencode`. Java 4.4 encodes the scope too then, and otherwise
    /// sends it as it stands.
    pub(super) is_urlencoded: bool,
}

impl Credentials {
    /// The request for a token (RFC 6749, 4.4.2), with its secret in it.
    pub(super) fn request(&self, endpoint: &HttpEndpoint) -> Secret {
        let mut body = "grant_type=client_credentials".to_owned();
        if let Some(scope) = &self.scope {
            body.extend(["&scope=", &self.encoded(scope)]);
        }
        Secret::new(format!(
            "POST {} HTTP/1.1\r\nAccept: application/json\r\nAuthorization: Basic {}\r\n\
             Cache-Control: no-cache\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             User-Agent: ottla-client/{}\r\nHost: {}\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            endpoint.target,
            self.basic().reveal(),
            env!("CARGO_PKG_VERSION"),
            endpoint.host(),
            body.len(),
        ))
    }

    fn basic(&self) -> Secret {
        let (id, secret) = (self.encoded(&self.id), self.encoded(self.secret.reveal()));
        Secret::new(base64::encode(format!("{id}:{secret}").as_bytes()))
    }

    fn encoded(&self, text: &str) -> String {
        if self.is_urlencoded { url_encoded(text) } else { text.to_owned() }
    }

    /// `text` without the secret, in whatever form it was sent: servers repeat what they are asked.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.replace(self.basic().reveal(), "[hidden]");
        for form in [self.secret.reveal().to_owned(), url_encoded(self.secret.reveal())] {
            text = text.replace(&form, "[hidden]");
        }
        text
    }
}

/// As Java's `URLEncoder`, which is what a form has.
fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let said = match Endpoint::parse(url) {
            Ok(Endpoint::Http(http)) => {
                format!("{} {} {}", http.address, http.target, http.shown())
            }
            Ok(Endpoint::File(path)) => path,
            Err(why) => why,
        };
        assert_eq!(said, expected, "{url}");
    }

    #[test]
    fn a_url_says_where_to_ask() {
        check("http://h/token", "h:80 /token http://h/token");
        check(" HTTPS://h.x:8443/a?b=c#d ", "h.x:8443 /a?b=c https://h.x:8443/a");
        check("https://[::1]", "[::1]:443 / https://[::1]/");
        check("https://h?a=b", "h:443 /?a=b https://h/");
        check("file:///run/token", "/run/token");
        check("file:/run/token", "/run/token");
        check("file://localhost/run/token", "/run/token");
    }

    #[test]
    fn a_url_that_says_it_badly_is_refused_and_not_shown() {
        check("h/token", "it has no protocol: http or https");
        check("ftp://h/token", "its protocol is none of http, https and file");
        check("http:h/token", "// is missing behind its protocol");
        check("http:///token", "its host or port is not one");
        check("http://h:0/token", "its host or port is not one");
        check("http://h:x/token", "its host or port is not one");
        check("http://h/a b", "its path has characters that must be written as %XX");
        check("http://h/a\r\nX:y", "its path has characters that must be written as %XX");
        check("file://other/token", "it names no file on this machine: file:///path");
        assert!(Endpoint::parse("http://u:p@h/").unwrap_err().contains("client.secret"));
    }

    fn credentials(is_urlencoded: bool) -> Credentials {
        let scope = Some("read write".to_owned());
        Credentials { id: "my@id".to_owned(), secret: "s:e c&ret".into(), scope, is_urlencoded }
    }

    fn request(is_urlencoded: bool) -> Vec<String> {
        let Ok(Endpoint::Http(endpoint)) = Endpoint::parse("http://127.0.0.1:21500/token?x") else {
            panic!("a server");
        };
        let text = credentials(is_urlencoded).request(&endpoint);
        text.reveal().split("\r\n").map(ToOwned::to_owned).collect()
    }

    #[test]
    fn the_request_is_the_one_of_java() {
        let plain = request(false);
        assert_eq!(plain[0], "POST /token?x HTTP/1.1");
        // Seen from kafka-clients 4.4.0, the headers that are Kafka's own.
        for header in [
            "Accept: application/json",
            "Authorization: Basic bXlAaWQ6czplIGMmcmV0",
            "Cache-Control: no-cache",
            "Content-Type: application/x-www-form-urlencoded",
            "Host: 127.0.0.1:21500",
            "Content-Length: 46",
        ] {
            assert!(plain.contains(&header.to_owned()), "{header} in {plain:?}");
        }
        assert_eq!(plain.last().unwrap(), "grant_type=client_credentials&scope=read write");
        let encoded = request(true);
        let basic = "Authorization: Basic bXklNDBpZDpzJTNBZStjJTI2cmV0".to_owned();
        assert!(encoded.contains(&basic), "{encoded:?}");
        assert_eq!(encoded.last().unwrap(), "grant_type=client_credentials&scope=read+write");
    }

    #[test]
    fn the_secret_is_hidden_in_each_of_its_forms() {
        let text = "bXlAaWQ6czplIGMmcmV0 s:e c&ret s%3Ae+c%26ret my@id";
        assert_eq!(credentials(false).hide(text), "[hidden] [hidden] [hidden] my@id");
    }
}
