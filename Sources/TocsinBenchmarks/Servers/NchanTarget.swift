import NIOCore
import TocsinBench

/// Nchan as ``NchanConfiguration`` sets it up. Its channels are topics.
struct NchanTarget: LoadTarget {
    let authority: String
    let channels: Int
    /// Whether streams begin with what is kept, not with what comes.
    var resumes = false

    /// Its ids are shorter than Tocsin's: streams get the same number of bytes with so many more of data.
    private static let padding = 6

    func path(ofStream index: Int) -> String {
        "\(resumes ? "/kept" : "/new")?id=\(index % channels)"
    }

    func write(_ publication: Publication, into buffer: inout ByteBuffer) {
        let size = publication.size + Self.padding
        for mark in publication.marks {
            buffer.writeString("POST /publish?id=\(publication.channel) HTTP/1.1\r\n\(commonLines)")
            buffer.writeString("Content-Type: text/plain\r\nX-EventSource-Event: alarm\r\n")
            buffer.writeString("Content-Length: \(size)\r\n\r\n")
            mark.write(into: &buffer, size: size)
        }
    }
}

/// The floor: everything goes to everyone.
struct FloorTarget: LoadTarget {
    let authority: String
    let channels = 1

    func path(ofStream index: Int) -> String { "/" }

    func write(_ publication: Publication, into buffer: inout ByteBuffer) {
        for mark in publication.marks {
            buffer.writeString("POST / HTTP/1.1\r\n\(commonLines)Content-Length: \(publication.size)\r\n\r\n")
            mark.write(into: &buffer, size: publication.size)
        }
    }
}
