//! What auditing looks for.

use crate::error::CosClientError;
use crate::param::Param;
use crate::wire::request::Request;

/// The kinds of content that auditing looks for, to be joined by `|`.
///
/// Python: `CiDetectType.PORN | CiDetectType.ADS`
///
/// ```
/// use qcloud_cos::ci::CiDetectType;
///
/// assert_eq!(CiDetectType::PORN | CiDetectType::ADS, 9);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CiDetectType;

impl CiDetectType {
    /// Pornography.
    pub const PORN: u32 = 1;
    /// Terrorism.
    pub const TERRORIST: u32 = 2;
    /// Politics.
    pub const POLITICS: u32 = 4;
    /// Advertisements.
    pub const ADS: u32 = 8;
    /// What is against the law.
    pub const ILLEGAL: u32 = 16;
    /// Abuse.
    pub const ABUSE: u32 = 32;
    /// What is not for teenagers.
    pub const TEENAGER: u32 = 64;
}

/// The kinds as auditing jobs call them, by their bits.
pub(crate) const JOB_KINDS: [(u32, &str); 7] = [
    (CiDetectType::PORN, "Porn"),
    (CiDetectType::TERRORIST, "Terrorism"),
    (CiDetectType::POLITICS, "Politics"),
    (CiDetectType::ADS, "Ads"),
    (CiDetectType::ILLEGAL, "Illegal"),
    (CiDetectType::ABUSE, "Abuse"),
    (CiDetectType::TEENAGER, "Teenager"),
];

/// The kinds as the check of a picture calls them.
pub(crate) const PICTURE_KINDS: [(u32, &str); 5] = [
    (CiDetectType::PORN, "porn"),
    (CiDetectType::TERRORIST, "terrorist"),
    (CiDetectType::POLITICS, "politics"),
    (CiDetectType::ADS, "ads"),
    (CiDetectType::TEENAGER, "teenager"),
];

/// Writes a sum of kinds as their names.
pub(crate) fn names(request: &mut Request<'_>, types: impl Param, kinds: &[(u32, &str)]) -> Option<String> {
    let types = types.into_param()?;
    let Ok(bits) = types.trim().parse::<u32>() else {
        let why = format!("{types:?} is no number: join `CiDetectType`s by `|`");
        request.defer(CosClientError::invalid("detect_type", why));
        return None;
    };
    let named = kinds.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name);
    Some(named.collect::<Vec<_>>().join(","))
}

/// The setter of what an auditing job looks for.
macro_rules! detect_type {
    () => {
        /// Sets what to look for: [`CiDetectType`](crate::ci::CiDetectType)s joined by `|`. Python: `DetectType`.
        /// Default: what the auditing policy says.
        pub fn detect_type(mut self, types: impl $crate::param::Param) -> Self {
            let kinds = &$crate::ci::detect_type::JOB_KINDS;
            if let Some(names) = $crate::ci::detect_type::names(&mut self.request, types, kinds) {
                self.request.set_field("Conf.DetectType", names.into());
            }
            self
        }
    };
}

pub(crate) use detect_type;
