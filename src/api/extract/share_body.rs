//! A share that is made or changed: as a form, or as JSON, which names what was uploaded before.

use rocket::data::{Data, FromData};
use rocket::outcome::Outcome;
use rocket::request::Request;

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json::JsonBody;
use crate::api::extract::multipart::ShareForm;
use crate::api::views::payload::Payload;

/// What is said of a share, and by whom.
pub enum ShareBody<'r, T> {
    Form(ShareForm<'r>),
    Json(CurrentUser<'r>, T),
}

#[rocket::async_trait]
impl<'r, T: Payload> FromData<'r> for ShareBody<'r, T> {
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
        let body = JsonBody::<T>::from_data(request, data).await;
        body.map(|JsonBody(said)| Self::Json(user, said))
    }
}
