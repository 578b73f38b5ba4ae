//! The picture that a user or a space is to have: as the body, or as the file of a form.

use rocket::data::{Data, FromData};
use rocket::request::Request;

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::incoming::Incoming;
use crate::api::extract::multipart::ShareForm;

/// A picture that comes, and who sends it.
pub enum AvatarBody<'r> {
    Form(ShareForm<'r>),
    Bytes(Incoming<'r>),
}

impl<'r> AvatarBody<'r> {
    /// Who sends it.
    pub fn user(&self) -> &CurrentUser<'r> {
        match self {
            Self::Form(form) => &form.user,
            Self::Bytes(incoming) => &incoming.user,
        }
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for AvatarBody<'r> {
    type Error = ();

    async fn from_data(
        request: &'r Request<'_>,
        data: Data<'r>,
    ) -> rocket::data::Outcome<'r, Self> {
        let kind = Parameterized::content_type(request);
        if kind.is_some_and(|kind| kind.is("multipart/form-data")) {
            return ShareForm::from_data(request, data).await.map(Self::Form);
        }
        Incoming::from_data(request, data).await.map(Self::Bytes)
    }
}
