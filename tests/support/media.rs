//! What people do with photos and films that are there: they fetch them, play them in parts, and send films with a poster.

use serde_json::Value;

use super::person::{BOUNDARY, Person, Reply, Sent, form_type, read};

impl Person {
    /// The bytes behind a link, which needs no credentials.
    pub fn fetch(&self, url: &Value) -> Reply {
        read(self.agent.get(url.as_str().unwrap()).call()).unwrap()
    }

    /// A form of files, each under the name of its field.
    pub fn post_files(&self, path: &str, files: &[(&str, &[u8])]) -> Sent {
        let mut body = Vec::new();
        for (field, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{field}\"\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("Content-Type", form_type());
        read(request.header("Authorization", self.bearer()).send(body))
    }

    /// Some of the bytes behind a link, wherever it leads.
    pub fn fetch_range(&self, url: &Value, range: &str) -> Reply {
        let get = self.agent.get(url.as_str().unwrap());
        read(get.header("Range", range).call()).unwrap()
    }
}
