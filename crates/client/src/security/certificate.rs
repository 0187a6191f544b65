//! What a certificate says about itself: names and dates, for host names that only the subject has,
//! and for messages that say what is wrong.

use super::der::{self, Der, NotDer};

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const CONTEXT_3: u8 = 0xa3;
/// In a subjectAltName: a host name.
const DNS_NAME: u8 = 0x82;
/// In a subjectAltName: an address.
const IP_ADDRESS: u8 = 0x87;

/// The names in a certificate.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    /// The subject's whole name, in DER.
    pub(crate) subject: &'a [u8],
    /// The issuer's.
    pub(crate) issuer: &'a [u8],
    /// The subject's common name.
    pub(crate) common_name: Option<String>,
    /// Host names that it is for.
    pub(crate) hosts: Vec<String>,
    /// Addresses that it is for.
    pub(crate) addresses: Vec<std::net::IpAddr>,
}

impl<'a> Names<'a> {
    /// The names in a certificate.
    pub(crate) fn of(certificate: &'a [u8]) -> Result<Self, NotDer> {
        let mut signed = Der::new(certificate).inside(der::SEQUENCE)?.inside(der::SEQUENCE)?;
        let _version = signed.take_if(der::CONTEXT_0)?;
        let _serial = signed.take(der::INTEGER)?;
        let _algorithm = signed.take(der::SEQUENCE)?;
        let issuer = signed.take(der::SEQUENCE)?;
        let _validity = signed.take(der::SEQUENCE)?;
        let subject = signed.take(der::SEQUENCE)?;
        let mut names =
            Self { subject, issuer, common_name: common_name(subject)?, ..Self::default() };
        while !signed.is_empty() {
            let (tag, content) = signed.next()?;
            if tag == CONTEXT_3 {
                names.read_extensions(Der::new(content).inside(der::SEQUENCE)?)?;
            }
        }
        Ok(names)
    }

    fn read_extensions(&mut self, mut extensions: Der<'_>) -> Result<(), NotDer> {
        while !extensions.is_empty() {
            let mut extension = extensions.inside(der::SEQUENCE)?;
            if extension.take(der::OID)? != SUBJECT_ALTERNATIVE_NAME {
                continue;
            }
            let (mut tag, mut content) = extension.next()?;
            if tag != der::OCTET_STRING {
                // Whether it is critical stands before.
                (tag, content) = extension.next()?;
            }
            if tag != der::OCTET_STRING {
                return Err(NotDer);
            }
            let mut names = Der::new(content).inside(der::SEQUENCE)?;
            while !names.is_empty() {
                self.note(names.next()?);
            }
        }
        Ok(())
    }

    fn note(&mut self, (tag, content): (u8, &[u8])) {
        match tag {
            DNS_NAME => self.hosts.push(String::from_utf8_lossy(content).into_owned()),
            IP_ADDRESS => {
                let v4 = <[u8; 4]>::try_from(content).map(std::net::IpAddr::from);
                let v6 = || <[u8; 16]>::try_from(content).map(std::net::IpAddr::from);
                self.addresses.extend(v4.or_else(|_| v6()));
            }
            _ => {}
        }
    }

    /// What it is for, in words.
    pub(crate) fn listed(&self) -> String {
        let addresses = self.addresses.iter().map(ToString::to_string);
        let mut names: Vec<_> = self.hosts.iter().cloned().chain(addresses).collect();
        if self.hosts.is_empty() {
            names.extend(self.common_name.clone());
        }
        if names.is_empty() { "no host at all".to_owned() } else { names.join(", ") }
    }

    /// Whether the common name is `host`, in a certificate that names no host elsewhere: an old
    /// custom that Java still follows.
    pub(crate) fn is_common_name(&self, host: &str) -> bool {
        let Some(name) = self.common_name.as_ref().filter(|_| self.hosts.is_empty()) else {
            return false;
        };
        if name.eq_ignore_ascii_case(host) {
            return true;
        }
        // `*.example.org` stands for one label, and needs two behind it.
        match (name.strip_prefix("*."), host.split_once('.')) {
            (Some(domain), Some((label, rest))) => {
                !label.is_empty() && domain.contains('.') && domain.eq_ignore_ascii_case(rest)
            }
            _ => false,
        }
    }
}

fn common_name(subject: &[u8]) -> Result<Option<String>, NotDer> {
    let mut found = None;
    let mut parts = Der::new(subject);
    while !parts.is_empty() {
        let mut attributes = parts.inside(der::SET)?;
        while !attributes.is_empty() {
            let mut attribute = attributes.inside(der::SEQUENCE)?;
            if attribute.take(der::OID)? == COMMON_NAME {
                let (_kind, text) = attribute.next()?;
                found = Some(String::from_utf8_lossy(text).into_owned());
            }
        }
    }
    Ok(found)
}
