//! Access control lists: canned, by grant headers, and as XML.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};
use crate::http::Head;
use crate::xml::{Element, Xml};

/// The account everything belongs to: the root account of the application id.
pub(crate) const OWNER: &str = "qcs::cam::uin/100000000001:uin/100000000001";

const EVERYONE: &str = "http://cam.qcloud.com/groups/global/AllUsers";
const PERMISSIONS: [&str; 5] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"];

/// The permissions of accounts. The owner may do everything, even if the list does not say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acl(Vec<Grant>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    /// `None` is everyone.
    user: Option<String>,
    permission: String,
}

impl Default for Acl {
    /// The private list: the owner alone.
    fn default() -> Self {
        Self(vec![Grant { user: Some(OWNER.to_owned()), permission: "FULL_CONTROL".to_owned() }])
    }
}

impl Acl {
    /// Everyone with these permissions.
    fn everyone(permissions: &[&str]) -> Self {
        let mut acl = Self(Vec::new());
        for permission in permissions {
            acl.grant(None, permission);
        }
        acl
    }

    /// Adds a grant, once.
    fn grant(&mut self, user: Option<String>, permission: &str) {
        let grant = Grant { user, permission: permission.to_owned() };
        if !self.0.contains(&grant) {
            self.0.push(grant);
        }
    }

    /// Whether everyone has a permission.
    pub(crate) fn opens(&self, permission: &str) -> bool {
        self.0
            .iter()
            .any(|grant| grant.user.is_none() && (grant.permission == permission || grant.permission == "FULL_CONTROL"))
    }

    /// The list a request's headers ask for; `None` if they ask for none, or for `default`.
    pub(crate) fn from_headers(head: &Head) -> Result<Option<Self>, Error> {
        let mut acl = match head.headers.get("x-cos-acl") {
            None | Some("default") => None,
            Some("private" | "authenticated-read") => Some(Self::everyone(&[])),
            Some("public-read") => Some(Self::everyone(&["READ"])),
            Some("public-read-write") => Some(Self::everyone(&["READ", "WRITE"])),
            Some(_) => return Err(Error::new(Code::InvalidArgument, "invalid x-cos-acl")),
        };
        for (header, permission) in [
            ("x-cos-grant-read", "READ"),
            ("x-cos-grant-write", "WRITE"),
            ("x-cos-grant-read-acp", "READ_ACP"),
            ("x-cos-grant-write-acp", "WRITE_ACP"),
            ("x-cos-grant-full-control", "FULL_CONTROL"),
        ] {
            let Some(value) = head.headers.get(header) else {
                continue;
            };
            for grantee in value.split(',') {
                acl.get_or_insert_with(|| Self::everyone(&[])).grant(grantee_of(grantee)?, permission);
            }
        }
        // A list without grants names the owner.
        Ok(acl.map(|acl| if acl.0.is_empty() { Self::default() } else { acl }))
    }

    /// Whether a request's headers ask for any list.
    pub(crate) fn is_in_headers(head: &Head) -> bool {
        head.headers.iter().any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            !value.is_empty() && (name == "x-cos-acl" || name.starts_with("x-cos-grant-"))
        })
    }

    /// The list of an `AccessControlPolicy` document, as it is.
    pub(crate) fn from_xml(policy: &Element) -> Result<Self, Error> {
        let malformed = || Error::from(Code::MalformedXML);
        let list = policy.child("AccessControlList").ok_or_else(malformed)?;
        let mut acl = Self(Vec::new());
        for grant in list.all("Grant") {
            let grantee = grant.child("Grantee").ok_or_else(malformed)?;
            let permission = grant.child_text("Permission").ok_or_else(malformed)?;
            if !PERMISSIONS.contains(&permission) {
                return Err(malformed());
            }
            // The documents' examples write the name of the id in both ways.
            let id = grantee.child_text("ID").or_else(|| grantee.child_text("Id")).filter(|id| !id.is_empty());
            let user = match (grantee.child_text("URI"), id) {
                (Some(uri), _) if uri.ends_with("/AllUsers") => None,
                (_, Some(id)) => account(id),
                _ => return Err(Error::new(Code::InvalidArgument, "unknown grantee")),
            };
            acl.grant(user, permission);
        }
        Ok(acl)
    }

    pub(crate) fn to_xml(&self) -> String {
        let mut xml = Xml::root("AccessControlPolicy");
        write_user(xml.open("Owner"), OWNER).close();
        xml.open("AccessControlList");
        for grant in &self.0 {
            xml.open("Grant");
            let kind = if grant.user.is_some() { "CanonicalUser" } else { "Group" };
            xml.raw(&format!("<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">"));
            match &grant.user {
                Some(user) => write_user(&mut xml, user),
                None => xml.text("URI", EVERYONE),
            };
            xml.raw("</Grantee>").text("Permission", &grant.permission).close();
        }
        xml.finish()
    }
}

/// An `ID` and the `DisplayName` that goes with it.
pub(crate) fn write_user<'a>(xml: &'a mut Xml, id: &str) -> &'a mut Xml {
    let name = id.rsplit('/').next().unwrap_or(id);
    xml.text("ID", id).text("DisplayName", name)
}

/// The account in `id="…"`, the form of the grant headers, which the documents' examples also write `Id="…"`.
fn grantee_of(text: &str) -> Result<Option<String>, Error> {
    text.trim()
        .split_once('=')
        .filter(|(name, _)| name.eq_ignore_ascii_case("id"))
        .and_then(|(_, id)| id.strip_prefix('"')?.strip_suffix('"'))
        .filter(|id| !id.is_empty())
        .map(account)
        .ok_or_else(|| Error::new(Code::InvalidArgument, "invalid grantee"))
}

/// An account's full name, of which a bare number is the short form; `None` is everyone.
fn account(id: &str) -> Option<String> {
    if id == "qcs::cam::anyone:anyone" {
        return None;
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Some(match id.split_once('/') {
        None if is_number(id) => format!("qcs::cam::uin/{id}:uin/{id}"),
        Some((owner, sub)) if is_number(owner) && is_number(sub) => format!("qcs::cam::uin/{owner}:uin/{sub}"),
        _ => id.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn a_list_survives_its_xml() {
        let mut acl = Acl::everyone(&["READ"]);
        acl.grant(Some("qcs::cam::uin/1:uin/2".to_owned()), "WRITE");
        let tree = parse(acl.to_xml().as_bytes(), "AccessControlPolicy").unwrap();
        assert_eq!(Acl::from_xml(&tree).unwrap(), acl);
        assert!(acl.opens("READ") && !acl.opens("WRITE"));
    }

    #[test]
    fn accounts_have_a_short_form() {
        assert_eq!(account("1").as_deref(), Some("qcs::cam::uin/1:uin/1"));
        assert_eq!(account("1/2").as_deref(), Some("qcs::cam::uin/1:uin/2"));
        assert_eq!(account("qcs::cam::uin/1:uin/2").as_deref(), Some("qcs::cam::uin/1:uin/2"));
        assert_eq!(account("qcs::cam::anyone:anyone"), None);
    }
}
