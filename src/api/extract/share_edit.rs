//! What changes in a share: a form as for a new one, or JSON, which names the photos that it is to have.

use rocket::data::{Data, FromData};
use rocket::outcome::Outcome;
use rocket::request::Request;

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json::JsonBody;
use crate::api::extract::multipart::ShareForm;
use crate::api::views::shares::EditShare;

/// What changes, and who wants that.
pub enum ShareEdit<'r> {
    Form(ShareForm<'r>),
    Json(CurrentUser<'r>, EditShare),
}

#[rocket::async_trait]
impl<'r> FromData<'r> for ShareEdit<'r> {
    type Error = ();

    async fn from_data(
        request: &'r Request<'_>,
        data: Data<'r>,
    ) -> rocket::data::Outcome<'r, Self> {
        let kind = Parameterized::content_type(request);
        if !kind.is_some_and(|kind| kind.is("application/json")) {
            return ShareForm::from_data(request, data).await.map(Self::Form);
        }
        let user = match request.guard::<CurrentUser<'_>>().await {
            Outcome::Success(user) => user,
            Outcome::Error(refusal) => return Outcome::Error(refusal),
            Outcome::Forward(status) => return Outcome::Error((status, ())),
        };
        let body = JsonBody::<EditShare>::from_data(request, data).await;
        body.map(|JsonBody(edit)| Self::Json(user, edit))
    }
}
