//! What requests say, under the names that sentences and programs have for it.

use std::fmt::{self, Display, Formatter};

macro_rules! fields {
    ($($name:ident: $label:literal, $code:literal;)*) => {
        /// A part of a request that can be refused. Its `Display` is what sentences call it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FieldName {
            $($name,)*
        }

        impl FieldName {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What programs call it.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The one that a key of a JSON body stands for.
            pub fn of_key(key: &str) -> Option<Self> {
                let is_it = |field: &&Self| field.code().split('_').eq(key.split('-'));
                Self::ALL.iter().find(is_it).copied()
            }
        }

        impl Display for FieldName {
            fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.write_str(match self {
                    $(Self::$name => $label,)*
                })
            }
        }
    };
}

fields! {
    Body: "Body", "body";
    ConfirmPassword: "Confirm password", "confirm_password";
    Days: "Days", "days";
    EndInvitations: "End_invitations", "end_invitations";
    IsAdmin: "Is admin", "is_admin";
    Invitation: "Invitation", "invitation";
    Limit: "Limit", "limit";
    Login: "Login", "login";
    Name: "Name", "name";
    NewName: "New name", "new_name";
    NewPassword: "New password", "new_password";
    OldPassword: "Old password", "old_password";
    Order: "Order", "order";
    Password: "Password", "password";
    Photo: "Photo", "photo";
    Role: "Role", "role";
    Text: "Text", "text";
    Token: "Token", "token";
    Uses: "Uses", "uses";
}
