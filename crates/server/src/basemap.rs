//! A base map of the ward in one file (PMTiles), if the house has one: read in ranges, never as a whole.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, ContentEncoding, ETAG, IF_NONE_MATCH, IF_RANGE,
    RANGE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::api::problem::{Code, Problem};
use crate::app::State;

/// Where it is served.
pub const PATH: &str = "/basemap.pmtiles";
/// Name of the file looked for beside the server's keys.
pub const FILE: &str = "basemap.pmtiles";
/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// The file, looked at anew at every request: it may be exchanged while the server runs.
#[derive(Clone, Debug)]
pub struct Basemap(PathBuf);

/// The file as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    length: u64,
    tag: String,
}

impl Basemap {
    /// A base map in this file.
    ///
    /// # Errors
    /// When there is no such file, or it is no PMTiles archive.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let mut magic = [0_u8; 8];
        std::io::Read::read_exact(&mut std::fs::File::open(path)?, &mut magic)?;
        if magic != *b"PMTiles\x03" {
            let what = "not a PMTiles archive of version 3";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
        }
        Ok(Self(path.to_owned()))
    }

    /// The address under which the app fetches it: another one when the file is another.
    pub fn address(&self) -> Option<String> {
        let look = self.look().ok()?;
        Some(format!("{PATH}?v={}", look.tag.trim_matches('"')))
    }

    fn look(&self) -> std::io::Result<Look> {
        let meta = std::fs::metadata(&self.0)?;
        let changed = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let tag = format!("\"{:x}-{:x}\"", meta.len(), changed.as_millis());
        Ok(Look { length: meta.len(), tag })
    }
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Everything: no range, or one this server does not read (several, or no bytes).
    All,
    /// From, to and with.
    Part(u64, u64),
    /// A range beyond the end.
    Nothing,
}

fn wanted(range: Option<&str>, length: u64) -> Wanted {
    let Some(spec) = range.and_then(|r| r.trim().strip_prefix("bytes=")) else {
        return Wanted::All;
    };
    let Some((from, to)) = spec.split_once('-') else { return Wanted::All };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (from.trim(), to.trim()) {
        ("", last) => match number(last) {
            Some(0) => Wanted::Nothing,
            Some(_) if length == 0 => Wanted::Nothing,
            Some(n) => Wanted::Part(length.saturating_sub(n), length - 1),
            None => Wanted::All,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(from), None) if last.is_empty() && from < length => {
                Wanted::Part(from, length - 1)
            }
            (Some(_), None) if last.is_empty() => Wanted::Nothing,
            (Some(from), Some(to)) if to < from => Wanted::All,
            (Some(from), Some(to)) if from < length => Wanted::Part(from, to.min(length - 1)),
            (Some(_), Some(_)) => Wanted::Nothing,
            _ => Wanted::All,
        },
    }
}

/// Answers with the file or the part asked for. Roads and rivers are nobody's data: no sign-in.
pub async fn serve(req: HttpRequest, app: State) -> Result<HttpResponse, Problem> {
    let Some(basemap) = &app.basemap else { return Err(Problem::new(Code::NotFound)) };
    // Taken away while the server runs: as if there had been none.
    let look = basemap.look().map_err(|_| Problem::new(Code::NotFound))?;
    let header = |name| req.headers().get(name).and_then(|v| v.to_str().ok());
    let known = header(IF_NONE_MATCH);
    if known.is_some_and(|all| all.split(',').any(|t| t.trim() == look.tag)) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, look.tag)).finish());
    }
    // A part of another file than the one the asker has begun is worse than the whole.
    let same = header(IF_RANGE).is_none_or(|tag| tag.trim() == look.tag);
    let (status, from, to) = match wanted(header(RANGE).filter(|_| same), look.length) {
        Wanted::All => (StatusCode::OK, 0, look.length),
        Wanted::Part(from, last) => (StatusCode::PARTIAL_CONTENT, from, last + 1),
        Wanted::Nothing => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((CONTENT_RANGE, format!("bytes */{}", look.length)))
                .finish());
        }
    };
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header(ContentEncoding::Identity)
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((ETAG, look.tag))
        .insert_header((CACHE_CONTROL, "private, max-age=86400"))
        .content_type("application/vnd.pmtiles");
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{}", to - 1, look.length);
        answer.insert_header((CONTENT_RANGE, range));
    }
    if req.method() == Method::HEAD {
        // The length is told; the body of such an answer is never sent.
        let nothing = futures_util::stream::empty::<std::io::Result<Bytes>>();
        return Ok(answer.body(SizedStream::new(to - from, nothing)));
    }
    let stream = part(&basemap.0, from, to - from).await.map_err(Problem::internal)?;
    Ok(answer.body(SizedStream::new(to - from, stream)))
}

async fn part(
    path: &Path,
    from: u64,
    length: u64,
) -> std::io::Result<impl futures_util::Stream<Item = std::io::Result<Bytes>> + use<>> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(from)).await?;
    Ok(futures_util::stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; PIECE.min(usize::try_from(left).unwrap_or(PIECE))];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((Bytes::from(piece), (file, left - read as u64))))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let ask = |range: &str| wanted(Some(range), 100);
        assert_eq!(wanted(None, 100), Wanted::All);
        assert_eq!(ask("bytes=0-0"), Wanted::Part(0, 0));
        assert_eq!(ask("bytes=10-19"), Wanted::Part(10, 19));
        assert_eq!(ask("bytes=90-"), Wanted::Part(90, 99));
        assert_eq!(ask("bytes=90-1000"), Wanted::Part(90, 99));
        assert_eq!(ask("bytes=-10"), Wanted::Part(90, 99));
        assert_eq!(ask("bytes=-1000"), Wanted::Part(0, 99));
        for beyond in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(ask(beyond), Wanted::Nothing, "{beyond}");
        }
        // What cannot be read as one range is passed over, as the standard asks.
        for other in ["bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes", "bytes=-"] {
            assert_eq!(ask(other), Wanted::All, "{other}");
        }
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Nothing);
    }
}
