//! Refusals: COS error codes and their statuses.

use std::io;

use crate::xml::Malformed;

/// The COS error codes this server answers with. A variant's name is the code on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    AccessDenied,
    AccessForbidden,
    AppendPositionErr,
    BadDigest,
    BadRequest,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    CastFailed,
    CSVParsingError,
    EntityTooLarge,
    EntityTooSmall,
    EvaluatorBindingDoesNotExist,
    ExpiredToken,
    ExpressionTooLong,
    FileAlreadyExists,
    InternalError,
    InvalidAccessKeyId,
    InvalidArgument,
    InvalidBucketName,
    InvalidColumnIndex,
    InvalidCompressionFormat,
    InvalidDataSource,
    InvalidDataType,
    InvalidDigest,
    InvalidExpressionType,
    InvalidFileHeaderInfo,
    InvalidJsonType,
    InvalidObjectState,
    InvalidPart,
    InvalidPartOrder,
    InvalidPolicyDocument,
    InvalidQuoteFields,
    InvalidRange,
    InvalidRequest,
    InvalidSecurityToken,
    InvalidTag,
    InvalidTextEncoding,
    InvalidURI,
    JSONParsingError,
    KeyTooLong,
    LexerInvalidChar,
    MalformedPolicy,
    MalformedPOSTRequest,
    MalformedXML,
    MethodNotAllowed,
    MissingContentLength,
    MissingRequiredParameter,
    NoSuchBucket,
    NoSuchBucketPolicy,
    NoSuchConfiguration,
    NoSuchCORSConfiguration,
    NoSuchDomainCertificate,
    NoSuchDomainConfiguration,
    NoSuchEncryptionConfiguration,
    NoSuchKey,
    NoSuchLifecycleConfiguration,
    NoSuchLiveChannel,
    NoSuchObjectLockConfiguration,
    NoSuchOriginConfiguration,
    NoSuchRefererConfiguration,
    NoSuchResponseControlConfiguration,
    NoSuchTagSet,
    NoSuchUpload,
    NoSuchVersion,
    NoSuchWebsiteConfiguration,
    NotImplemented,
    ObjectLockConfigurationNotFoundError,
    ObjectLocked,
    ObjectNotAppendable,
    ObjectSerializationConflict,
    ParseSelectMissingFrom,
    ParseUnexpectedToken,
    PositionNotEqualToLength,
    PreconditionFailed,
    ReplicationConfigurationNotFoundError,
    RequestHeaderTooLarge,
    RequestTimeTooSkewed,
    SignatureDoesNotMatch,
    SSEContentNotMatch,
    TooManyKeys,
    TruncatedInput,
    UnsupportedFunction,
    UnsupportedSqlOperation,
    UnsupportedSqlStructure,
    UnsupportedSyntax,
}

impl Code {
    pub(crate) fn status(self) -> u16 {
        self.facts().0
    }

    /// What the code means, in a sentence.
    pub(crate) fn message(self) -> &'static str {
        self.facts().1
    }

    /// The code on the wire.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    fn facts(self) -> (u16, &'static str) {
        match self {
            Self::AccessDenied => (403, "Access Denied."),
            Self::AccessForbidden => (403, "No CORS rule allows this request."),
            Self::AppendPositionErr => (409, "The append position is not a number."),
            Self::BadDigest => (400, "The Content-MD5 you specified did not match what we received."),
            Self::BadRequest => (400, "The request is malformed."),
            Self::BucketAlreadyOwnedByYou => (409, "The bucket you tried to create already exists, and you own it."),
            Self::BucketNotEmpty => (409, "The bucket you tried to delete is not empty."),
            Self::CastFailed => (400, "A value could not be cast."),
            Self::CSVParsingError => (400, "A record of the CSV object could not be parsed."),
            Self::EntityTooLarge => (400, "Your proposed upload exceeds the maximum allowed object size."),
            Self::EntityTooSmall => (400, "Your proposed upload is smaller than the minimum allowed size."),
            Self::EvaluatorBindingDoesNotExist => (400, "A column the expression names does not exist."),
            Self::ExpiredToken => (403, "The security token has expired."),
            Self::ExpressionTooLong => (400, "The SQL expression is too long."),
            Self::FileAlreadyExists => (409, "The object exists and must not be overwritten."),
            Self::InternalError => (500, "We encountered an internal error. Please try again."),
            Self::InvalidAccessKeyId => (403, "The Access Key Id you provided does not exist in our records."),
            Self::InvalidArgument => (400, "Invalid Argument."),
            Self::InvalidBucketName => (400, "The specified bucket is not valid."),
            Self::InvalidColumnIndex => (400, "The column index is invalid."),
            Self::InvalidCompressionFormat => (400, "The object is not in a supported compression format."),
            Self::InvalidDataSource => (400, "The data source of the expression is invalid: only COSObject is."),
            Self::InvalidDataType => (400, "The SQL expression contains an invalid data type."),
            Self::InvalidDigest => (400, "The Content-MD5 you specified was invalid."),
            Self::InvalidExpressionType => (400, "The ExpressionType is invalid: only SQL is."),
            Self::InvalidFileHeaderInfo => (400, "The FileHeaderInfo is invalid: only NONE, USE and IGNORE are."),
            Self::InvalidJsonType => (400, "The JSON Type is invalid: only DOCUMENT and LINES are."),
            Self::InvalidObjectState => (403, "The operation is not valid for the object's storage class."),
            Self::InvalidPart => (400, "One or more of the specified parts could not be found."),
            Self::InvalidPartOrder => (400, "The list of parts was not in ascending order."),
            Self::InvalidPolicyDocument => (400, "The policy of the form is invalid."),
            Self::InvalidQuoteFields => (400, "The QuoteFields is invalid: only ALWAYS and ASNEEDED are."),
            Self::InvalidRange => (416, "The requested range is not satisfiable."),
            Self::InvalidRequest => (400, "Invalid Request."),
            Self::InvalidSecurityToken => (403, "The security token is invalid."),
            Self::InvalidTag => (400, "The tag set is invalid."),
            Self::InvalidTextEncoding => (400, "The object is not UTF-8."),
            Self::InvalidURI => (400, "The specified URI could not be parsed."),
            Self::JSONParsingError => (400, "The JSON object could not be parsed."),
            Self::KeyTooLong => (400, "Your key is too long."),
            Self::LexerInvalidChar => (400, "The SQL expression contains an invalid character."),
            Self::MalformedPolicy => (400, "The policy is malformed."),
            Self::MalformedPOSTRequest => (400, "The form is malformed."),
            Self::MalformedXML => (400, "The XML you provided was not well-formed."),
            Self::MethodNotAllowed => (405, "The specified method is not allowed against this resource."),
            Self::MissingContentLength => (411, "You must provide the Content-Length HTTP header."),
            Self::MissingRequiredParameter => (400, "The request lacks a required parameter."),
            Self::NoSuchBucket => (404, "The specified bucket does not exist."),
            Self::NoSuchBucketPolicy => (404, "The bucket has no policy."),
            Self::NoSuchConfiguration => (404, "The specified configuration does not exist."),
            Self::NoSuchCORSConfiguration => (404, "The CORS configuration does not exist."),
            Self::NoSuchDomainCertificate => (404, "The domain has no certificate."),
            Self::NoSuchDomainConfiguration => (404, "The domain configuration does not exist."),
            Self::NoSuchEncryptionConfiguration => {
                (404, "The specified bucket does not have a Encryption configuration")
            }
            Self::NoSuchKey => (404, "The specified key does not exist."),
            Self::NoSuchLifecycleConfiguration => (404, "The lifecycle configuration does not exist."),
            Self::NoSuchLiveChannel => (404, "The live channel does not exist."),
            Self::NoSuchObjectLockConfiguration => (404, "The object has no lock."),
            Self::NoSuchOriginConfiguration => (404, "The origin configuration does not exist."),
            Self::NoSuchRefererConfiguration => (404, "The referer configuration does not exist."),
            Self::NoSuchResponseControlConfiguration => (404, "The response control configuration does not exist."),
            Self::NoSuchTagSet => (404, "There is no tag set associated with the bucket."),
            Self::NoSuchUpload => (404, "The specified multipart upload does not exist."),
            Self::NoSuchVersion => (404, "The specified version does not exist."),
            Self::NoSuchWebsiteConfiguration => (404, "The website configuration does not exist."),
            Self::NotImplemented => (501, "The emulator does not implement this functionality."),
            Self::ObjectLockConfigurationNotFoundError => (404, "The object lock configuration does not exist."),
            Self::ObjectLocked => (409, "The object is locked: it can neither be replaced nor deleted yet."),
            Self::ObjectNotAppendable => (409, "The object is not appendable."),
            Self::ObjectSerializationConflict => (400, "Exactly one of CSV and JSON must be given."),
            Self::ParseSelectMissingFrom => (400, "The SQL expression lacks FROM."),
            Self::ParseUnexpectedToken => (400, "The SQL expression contains an unexpected token."),
            Self::PositionNotEqualToLength => (409, "The append position is not equal to the object's length."),
            Self::PreconditionFailed => (412, "At least one of the pre-conditions you specified did not hold."),
            Self::ReplicationConfigurationNotFoundError => (404, "The replication configuration was not found."),
            Self::RequestHeaderTooLarge => (431, "The head of the request is too large."),
            Self::RequestTimeTooSkewed => {
                (403, "The difference between the request time and the current time is too large.")
            }
            Self::SignatureDoesNotMatch => (403, "The Signature you specified is invalid."),
            Self::SSEContentNotMatch => (403, "The SSE-C key differs from the one of the object."),
            Self::TooManyKeys => (400, "The request names more keys than allowed."),
            Self::TruncatedInput => (400, "The compressed object is truncated."),
            Self::UnsupportedFunction => (400, "The SQL expression contains an unsupported function."),
            Self::UnsupportedSqlOperation => (400, "Only one SELECT is supported."),
            Self::UnsupportedSqlStructure => (400, "The SQL expression contains an unsupported clause."),
            Self::UnsupportedSyntax => (400, "The SQL expression contains unsupported syntax."),
        }
    }
}

/// Why a request did not succeed.
#[derive(Debug)]
pub(crate) enum Error {
    /// An answer the client gets.
    Refused(Box<Refusal>),
    /// The client went away before its request was complete: there is nobody to answer.
    Disconnected,
}

/// An error answer in the making.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Further elements of the document.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Refused(Box::new(Refusal { code, message, headers: Vec::new(), details: Vec::new() }))
    }

    /// Adds a header to the answer.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.headers.push((name, value.into()));
        }
        self
    }

    /// Adds an element to the document.
    pub(crate) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.details.push((name, value.into()));
        }
        self
    }

    #[cfg(test)]
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Disconnected => None,
        }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code, code.message())
    }
}

impl From<Malformed> for Error {
    fn from(_: Malformed) -> Self {
        Code::MalformedXML.into()
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::new(Code::InternalError, error.to_string())
    }
}
