//! HTML as mail programs show it: tables, styles in each element, and nothing that is loaded from elsewhere.

/// A text in which no character means anything.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A page in a language, with this title and this content.
pub fn page(language: &str, title: &str, content: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{title}</title>\n</head>\n\
         <body style=\"margin:0;padding:0\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
         <td align=\"center\" style=\"padding:24px 12px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"max-width:560px;text-align:left;{FONT}\">\n\
         <tr><td style=\"font-size:20px;line-height:28px;font-weight:bold;padding:0 0 16px\">{title}</td></tr>\n\
         {content}</table>\n</td></tr></table>\n</body>\n</html>\n"
    )
}

const FONT: &str =
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/// A paragraph of plain text.
pub fn paragraph(text: &str) -> String {
    row(
        "font-size:16px;line-height:24px;padding:0 0 16px",
        &escape(text),
    )
}

/// A smaller one, below all others.
pub fn small_print(text: &str) -> String {
    row(
        "font-size:13px;line-height:20px;padding:16px 0 0;opacity:0.75",
        &escape(text),
    )
}

/// A button that leads somewhere.
pub fn button(words: &str, link: &str) -> String {
    let (words, link) = (escape(words), escape(link));
    row(
        "padding:8px 0 24px",
        &format!(
            "<a href=\"{link}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#1f6f5c;color:#ffffff;\
             font-size:16px;line-height:20px;font-weight:bold;text-decoration:none\">{words}</a>"
        ),
    )
}

/// A row of the page.
pub fn row(style: &str, content: &str) -> String {
    format!("<tr><td style=\"{style}\">{content}</td></tr>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_means_anything() {
        let text = "<img src=x onerror=\"alert('1')\"> & co";
        let page = page("en", text, &(paragraph(text) + &button(text, text)));
        assert!(!page.contains("<img"), "{page}");
        assert!(page.contains("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co"));
    }
}
