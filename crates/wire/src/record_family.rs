//! Enums over the records of one family, which the generated code fills in.

macro_rules! record_family {
    ($(#[$doc:meta])* $family:ident { $($key:literal => $variant:ident($($path:ident)::+),)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "one at a time, matched and taken apart where it is read")]
        pub enum $family {
            $(#[doc = concat!("Key ", $key, ".")] $variant($($path)::+),)+
        }

        impl $family {
            /// The record's key in its family.
            pub fn key(&self) -> i16 {
                match self { $(Self::$variant(_) => $key,)+ }
            }

            /// Kafka's name for the record.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => <$($path)::+ as crate::Message>::NAME,)+
                }
            }

            /// The versions of the record of this key, if there is one.
            pub fn versions(key: i16) -> Option<core::ops::RangeInclusive<i16>> {
                match key {
                    $($key => Some(<$($path)::+ as crate::Message>::VERSIONS),)+
                    _ => None,
                }
            }

            /// Reads the record of this key, as `version` has it.
            pub fn decode(
                r: &mut crate::Reader,
                key: i16,
                version: i16,
            ) -> Result<Self, crate::DecodeError> {
                match key {
                    $($key => <$($path)::+>::decode(r, version).map(Self::$variant),)+
                    _ => Err(crate::DecodeError {
                        field: concat!(stringify!($family), " key"),
                        kind: crate::DecodeErrorKind::Key(key),
                    }),
                }
            }

            /// Writes the record, without its key and version.
            pub fn encode(
                &self,
                w: &mut crate::Encoder,
                version: i16,
            ) -> Result<(), crate::EncodeError> {
                match self { $(Self::$variant(record) => record.encode(w, version),)+ }
            }
        }

        $(impl From<$($path)::+> for $family {
            fn from(record: $($path)::+) -> Self {
                Self::$variant(record)
            }
        })+
    };
}

pub(crate) use record_family;
