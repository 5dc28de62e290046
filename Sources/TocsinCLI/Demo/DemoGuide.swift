/// What somebody is told who has started the demo: where to look, and what to type next.
struct DemoGuide: Hashable, CustomStringConvertible {
    /// Where the server listens.
    let url: String
    /// As it was called.
    let program: String

    var description: String {
        let program = ShellWord.quoted(program)
        let server = url == ServerAccess.defaultServer ? "" : "--server \(ShellWord.quoted(url)) "
        return """

            The demo runs. Open this in a browser, and press the button:

                \(url)

            Or listen in one terminal and publish from another:

                curl -N \(ShellWord.quoted("\(url)/connection/tiaz"))
                \(program) publish \(server)--user tiaz --lang ko='안녕하세요!' --lang en='Hello!'

            It ends with Ctrl-C.


            """
    }
}
