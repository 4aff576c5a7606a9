//! Values that COS names in words: known ones as variants, others as text.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::param::Param;

macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value that this version of the crate does not know; sent as it is.
            Other(String),
        }

        impl $name {
            /// Returns the value as COS writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                text.as_str().into()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl Param for $name {
            fn into_param(self) -> Option<String> {
                Some(self.into())
            }
        }

        impl Param for &$name {
            fn into_param(self) -> Option<String> {
                Some(self.as_str().to_owned())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, value: &$name) -> bool {
                value.as_str() == self
            }
        }

        impl PartialEq<$name> for &str {
            fn eq(&self, value: &$name) -> bool {
                value.as_str() == *self
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

open_enum! {
    /// How an object is stored. Takes Python's words: `"STANDARD_IA".into()`.
    ///
    /// COS: <https://cloud.tencent.com/document/product/436/33417>
    StorageClass {
        /// Standard storage.
        Standard = "STANDARD",
        /// Infrequent access.
        StandardIa = "STANDARD_IA",
        /// Moves between tiers by access.
        IntelligentTiering = "INTELLIGENT_TIERING",
        /// Archive; restored before it is read.
        Archive = "ARCHIVE",
        /// Deep archive; restored before it is read.
        DeepArchive = "DEEP_ARCHIVE",
        /// Standard storage in several availability zones.
        MazStandard = "MAZ_STANDARD",
        /// Infrequent access in several availability zones.
        MazStandardIa = "MAZ_STANDARD_IA",
        /// Intelligent tiering in several availability zones.
        MazIntelligentTiering = "MAZ_INTELLIGENT_TIERING",
    }
}

open_enum! {
    /// A canned access control list. Takes Python's words: `"public-read".into()`.
    ///
    /// COS: <https://cloud.tencent.com/document/product/436/30752>
    Acl {
        /// Only the owner and accounts with a grant have access.
        Private = "private",
        /// Everyone may read.
        PublicRead = "public-read",
        /// Everyone may read and write. Buckets only.
        PublicReadWrite = "public-read-write",
        /// Signed-in Tencent Cloud accounts may read. Buckets only.
        AuthenticatedRead = "authenticated-read",
        /// The object has the ACL of its bucket. Objects only.
        Default = "default",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_went() {
        for word in ["STANDARD", "MAZ_STANDARD_IA", "A_CLASS_OF_THE_FUTURE"] {
            assert_eq!(StorageClass::from(word).as_str(), word);
        }
        assert_eq!(Acl::from("public-read"), Acl::PublicRead);
        assert_eq!(serde_json::to_string(&StorageClass::StandardIa).unwrap(), "\"STANDARD_IA\"");
    }
}
