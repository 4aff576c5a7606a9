//! Access control lists, as buckets and objects have them.

use serde::{Deserialize, Serialize};

use crate::client::response::Answered;
use crate::error::{CosClientError, CosError};
use crate::ops::argument::{Arg, DictArgument, dicts};
use crate::ops::response::Response;
use crate::ops::values::Acl;
use crate::wire::dict;
use crate::wire::xml;

/// The group of everyone.
const ALL_USERS: &str = "http://cam.qcloud.com/groups/global/AllUsers";

/// An access control list. Python's dict is `{"AccessControlList": {"Grant": [..]}, "Owner": {..}}`, or as on the Python SDK's
/// pages with `Grant` directly in it. The result of `get_bucket_acl` or `get_object_acl` is one, too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", from = "PolicyDict")]
pub struct AccessControlPolicy {
    /// The grants besides the owner's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_control_list: Option<AccessControlList>,
    /// The owner of the bucket or object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<PolicyOwner>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct PolicyDict {
    access_control_list: Option<AccessControlList>,
    owner: Option<PolicyOwner>,
    #[serde(deserialize_with = "dict::list")]
    grant: Vec<Grant>,
    /// Part of the dict of an ACL that was read. The grants say the same.
    #[serde(rename = "CannedACL")]
    _canned_acl: serde::de::IgnoredAny,
}

impl DictArgument for AccessControlPolicy {}

impl From<PolicyDict> for AccessControlPolicy {
    fn from(dict: PolicyDict) -> Self {
        let mut access_control_list = dict.access_control_list;
        if !dict.grant.is_empty() {
            access_control_list.get_or_insert_default().grant.extend(dict.grant);
        }
        Self { access_control_list, owner: dict.owner }
    }
}

dicts! {
    /// The owner in a policy.
    pub struct PolicyOwner {
        /// The account's name.
        display_name: text,
        /// The account's id: `qcs::cam::uin/100000000001:uin/100000000001`.
        id: text as "ID",
    }
}

/// A list of grants.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct AccessControlList {
    /// The grants; empty if there are none.
    #[serde(deserialize_with = "dict::list")]
    pub grant: Vec<Grant>,
}

/// A permission of one grantee.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Grant {
    /// The grantee.
    pub grantee: Grantee,
    /// The permission: `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    #[serde(deserialize_with = "dict::required_text")]
    pub permission: String,
}

/// The receiver of a permission: an account by `id`, or a group by `uri`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Grantee {
    /// The namespace of `xsi_type`, sent as an attribute: `http://www.w3.org/2001/XMLSchema-instance`.
    /// Python: `@xmlns:xsi`.
    #[serde(rename = "@xmlns:xsi", skip_serializing_if = "Option::is_none")]
    pub xmlns_xsi: Option<String>,
    /// The kind of grantee, sent as an attribute: `CanonicalUser` or `Group`. Python: `@xsi:type`.
    #[serde(rename = "@xsi:type", alias = "@type", skip_serializing_if = "Option::is_none")]
    pub xsi_type: Option<String>,
    /// The account's name.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The kind of grantee: `CanonicalUser` or `Group`. In a request it is an element, as the official SDK
    /// sends it. Python: `Type`.
    #[serde(deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The account's id.
    #[serde(rename = "ID", deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The group: `http://cam.qcloud.com/groups/global/AllUsers` is everyone.
    #[serde(rename = "URI", deserialize_with = "dict::text", skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl AccessControlPolicy {
    /// Reads an answer. The attribute `xsi:type` becomes `type`, as in Python's results.
    pub(crate) fn read(body: &[u8]) -> Result<(PolicyOwner, AccessControlList), CosClientError> {
        let policy: Self = xml::parse("AccessControlPolicy", body)?;
        let mut list = policy.access_control_list.unwrap_or_default();
        for grant in &mut list.grant {
            let grantee = &mut grant.grantee;
            grantee.xmlns_xsi = None;
            if let Some(kind) = grantee.xsi_type.take() {
                grantee.r#type = Some(kind);
            }
        }
        Ok((policy.owner.unwrap_or_default(), list))
    }
}

/// The access control list of a bucket or an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetAclOutput {
    /// The account that owns it.
    pub owner: PolicyOwner,
    /// The grants.
    pub access_control_list: AccessControlList,
    /// The canned ACL that the grants amount to: `Private`, `PublicRead`, for a bucket also `PublicReadWrite`, for an object also
    /// `Default` (as the bucket).
    #[serde(rename = "CannedACL")]
    pub canned_acl: Acl,
}

impl GetAclOutput {
    pub(crate) fn of_bucket(answer: Answered) -> Result<Response<Self>, CosError> {
        let (owner, access_control_list) = answer.read(AccessControlPolicy::read)?;
        let canned_acl = access_control_list.canned();
        let acl = Self { owner, access_control_list, canned_acl };
        Ok(Response::of_fields(acl, answer.headers).also(&[("Grant", &["AccessControlList", "Grant"])]))
    }

    pub(crate) fn of_object(answer: Answered) -> Result<Response<Self>, CosError> {
        let inherited = answer.headers.text("x-cos-acl") == "default";
        Self::of_bucket(answer).map(|mut response| {
            // Objects have no public write.
            if inherited {
                response.canned_acl = Acl::Default;
            } else if response.canned_acl == Acl::PublicReadWrite {
                response.canned_acl = Acl::PublicRead;
            }
            response
        })
    }
}

/// An ACL that was read is one to set.
impl From<GetAclOutput> for AccessControlPolicy {
    fn from(acl: GetAclOutput) -> Self {
        Self { access_control_list: Some(acl.access_control_list), owner: Some(acl.owner) }
    }
}

impl Arg<AccessControlPolicy> for Response<GetAclOutput> {
    fn into_arg(self) -> Result<AccessControlPolicy, serde_json::Error> {
        Ok(self.into_inner().into())
    }
}

impl Arg<AccessControlPolicy> for &Response<GetAclOutput> {
    fn into_arg(self) -> Result<AccessControlPolicy, serde_json::Error> {
        Ok(GetAclOutput::clone(self).into())
    }
}

impl AccessControlList {
    /// Returns the canned ACL that says the same of everyone's access.
    pub(crate) fn canned(&self) -> Acl {
        let everyone_may = |permission| {
            self.grant
                .iter()
                .any(|grant| grant.permission == permission && grant.grantee.uri.as_deref() == Some(ALL_USERS))
        };
        match (everyone_may("READ"), everyone_may("WRITE")) {
            (true, true) => Acl::PublicReadWrite,
            (true, false) => Acl::PublicRead,
            (false, _) => Acl::Private,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(dict: Value) -> String {
        let policy: AccessControlPolicy = serde_json::from_value(dict).unwrap();
        String::from_utf8(xml::write("AccessControlPolicy", &policy).unwrap()).unwrap()
    }

    #[test]
    fn a_dict_becomes_the_document_with_its_attributes() {
        let grantee = json!({"@xmlns:xsi": "u", "@xsi:type": "CanonicalUser", "ID": "i"});
        let grant = json!({"Grant": {"Grantee": grantee, "Permission": "WRITE"}});
        let expected = "<AccessControlPolicy><AccessControlList><Grant>\
            <Grantee xmlns:xsi=\"u\" xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee><Permission>WRITE</Permission>\
            </Grant></AccessControlList><Owner><ID>o</ID></Owner></AccessControlPolicy>";
        let nested = document(json!({"AccessControlList": grant, "Owner": {"ID": "o"}}));
        assert!(nested.ends_with(expected), "{nested}");
        let flat = document(json!({"Grant": [grant["Grant"]], "Owner": {"ID": "o"}}));
        assert_eq!(flat, nested);
        let unknown = json!({"Owner": {"Id": "o"}});
        assert!(serde_json::from_value::<AccessControlPolicy>(unknown).unwrap_err().to_string().contains("Id"));
    }

    #[test]
    fn an_answer_becomes_pythons_dict() {
        let group = |permission: &str| {
            format!(
                "<Grant><Grantee xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='Group'>\
                 <URI>{ALL_USERS}</URI></Grantee><Permission>{permission}</Permission><New/></Grant>"
            )
        };
        let canned = |grants: &[&str]| {
            let grants: String = grants.iter().map(|permission| group(permission)).collect();
            let xml = format!(
                "<AccessControlPolicy><Owner><ID>my-type</ID></Owner><AccessControlList>{grants}\
                 </AccessControlList></AccessControlPolicy>"
            );
            let (owner, list) = AccessControlPolicy::read(xml.as_bytes()).unwrap();
            assert_eq!(owner.id.as_deref(), Some("my-type"));
            let found = list.canned();
            (serde_json::to_value(list).unwrap(), found)
        };
        let (list, acl) = canned(&["READ"]);
        let grantee = json!({"Type": "Group", "URI": ALL_USERS});
        assert_eq!(list, json!({"Grant": [{"Grantee": grantee, "Permission": "READ"}]}));
        assert_eq!(acl, Acl::PublicRead);
        assert_eq!(canned(&["READ", "WRITE"]).1, Acl::PublicReadWrite);
        assert_eq!(canned(&["WRITE"]).1, Acl::Private);
        assert_eq!(canned(&[]), (json!({"Grant": []}), Acl::Private));
    }
}
