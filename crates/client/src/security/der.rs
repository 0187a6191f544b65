//! As much of DER as keystores and certificates need: a reader that gives one element after the
//! other, borrowed.

/// Elements that stand one behind the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Der<'a> {
    rest: &'a [u8],
}

/// Something is not DER, or not what is expected there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotDer;

type Result<T> = std::result::Result<T, NotDer>;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[0]`, primitive.
pub(crate) const CONTEXT_0_PRIMITIVE: u8 = 0x80;

impl<'a> Der<'a> {
    /// The elements in `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element: its tag and what is in it.
    pub(crate) fn next(&mut self) -> Result<(u8, &'a [u8])> {
        let (tag, content, _) = self.next_whole()?;
        Ok((tag, content))
    }

    /// The next element: its tag, what is in it, and all of it.
    pub(crate) fn next_whole(&mut self) -> Result<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.rest.split_first().ok_or(NotDer)?;
        let (&first, mut rest) = rest.split_first().ok_or(NotDer)?;
        let mut len = usize::from(first);
        if first >= 0x80 {
            // Four bytes say more than any store has; none at all would be BER's "until the end".
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return Err(NotDer);
            }
            let (bytes, behind) = rest.split_at_checked(count).ok_or(NotDer)?;
            len = bytes.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
            rest = behind;
        }
        let (content, rest) = rest.split_at_checked(len).ok_or(NotDer)?;
        let whole = self.rest.get(..self.rest.len() - rest.len()).ok_or(NotDer)?;
        self.rest = rest;
        Ok((tag, content, whole))
    }

    /// What is in the next element, which has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<&'a [u8]> {
        match self.next()? {
            (found, content) if found == tag => Ok(content),
            _ => Err(NotDer),
        }
    }

    /// The elements in the next one, which has this tag.
    pub(crate) fn inside(&mut self, tag: u8) -> Result<Der<'a>> {
        Ok(Der::new(self.take(tag)?))
    }

    /// What is in the next element if it has this tag; otherwise nothing is taken.
    pub(crate) fn take_if(&mut self, tag: u8) -> Result<Option<&'a [u8]>> {
        if self.tag() == Some(tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// A number that is not negative and fits 32 bits.
    pub(crate) fn number(&mut self) -> Result<u32> {
        let bytes = self.take(INTEGER)?;
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        if bytes.len() > 4 {
            return Err(NotDer);
        }
        Ok(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_one_after_the_other_and_never_beyond_the_end() {
        let mut der = Der::new(&[0x30, 0x03, 0x02, 0x01, 0x05, 0x04, 0x81, 0x01, 0xff]);
        assert_eq!(der.inside(SEQUENCE).unwrap().number(), Ok(5));
        assert_eq!(der.take_if(OID), Ok(None));
        assert_eq!(der.take(OCTET_STRING), Ok(&[0xff][..]));
        assert!(der.is_empty());
        for bytes in [&[][..], &[2], &[2, 1], &[4, 0x80], &[4, 0x85, 0, 0, 0, 0, 1], &[4, 0x82, 1]]
        {
            assert_eq!(Der::new(bytes).next(), Err(NotDer), "{bytes:?}");
        }
    }
}
