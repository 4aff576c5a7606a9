//! Access control lists: canned, by grant headers, and as XML.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};
use crate::http::Head;
use crate::xml::{Element, Xml};

const EVERYONE: &str = "http://cam.qcloud.com/groups/global/AllUsers";
const PERMISSIONS: [&str; 5] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"];

/// Who may do what besides the owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acl(Vec<Grant>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    /// `None` is everyone.
    user: Option<String>,
    permission: String,
}

impl Acl {
    fn everyone(permissions: &[&str]) -> Self {
        let grant = |permission: &&str| Grant { user: None, permission: (*permission).to_owned() };
        Self(permissions.iter().map(grant).collect())
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
            Some("private" | "authenticated-read") => Some(Self::default()),
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
                let grant = Grant { user: Some(grantee_of(grantee)?), permission: permission.to_owned() };
                acl.get_or_insert_default().0.push(grant);
            }
        }
        Ok(acl)
    }

    /// The list of an `AccessControlPolicy` document. Grants to the owner are dropped: it has
    /// every permission as it is.
    pub(crate) fn from_xml(policy: &Element, owner: &str) -> Result<Self, Error> {
        let malformed = || Error::from(Code::MalformedXML);
        let list = policy.child("AccessControlList").ok_or_else(malformed)?;
        let mut grants = Vec::new();
        for grant in list.all("Grant") {
            let grantee = grant.child("Grantee").ok_or_else(malformed)?;
            let permission = grant.child_text("Permission").ok_or_else(malformed)?;
            if !PERMISSIONS.contains(&permission) {
                return Err(malformed());
            }
            let user = match (grantee.child_text("URI"), grantee.child_text("ID")) {
                (Some(uri), _) if uri.ends_with("/AllUsers") => None,
                (None, Some(id)) => Some(id.to_owned()),
                _ => return Err(Error::new(Code::InvalidArgument, "unknown grantee")),
            };
            if user.as_deref() != Some(owner) {
                let permission = permission.to_owned();
                grants.push(Grant { user, permission });
            }
        }
        Ok(Self(grants))
    }

    pub(crate) fn to_xml(&self, owner: &str) -> String {
        let own = Grant { user: Some(owner.to_owned()), permission: "FULL_CONTROL".to_owned() };
        let mut xml = Xml::root("AccessControlPolicy");
        write_user(xml.open("Owner"), owner).close();
        xml.open("AccessControlList");
        for grant in std::iter::once(&own).chain(&self.0) {
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

/// The id in `id="…"`, the form of the grant headers.
fn grantee_of(text: &str) -> Result<String, Error> {
    text.trim()
        .strip_prefix("id=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| Error::new(Code::InvalidArgument, "invalid grantee"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn a_list_survives_its_xml() {
        let mut acl = Acl::everyone(&["READ"]);
        acl.0.push(Grant { user: Some("qcs::cam::uin/1:uin/2".to_owned()), permission: "WRITE".to_owned() });
        let xml = acl.to_xml("owner");
        let tree = parse(xml.as_bytes(), "AccessControlPolicy").unwrap();
        assert_eq!(Acl::from_xml(&tree, "owner").unwrap(), acl);
        assert!(acl.opens("READ") && !acl.opens("WRITE"));
    }
}
