extension Substring {
    /// The text without the optional white space around an element of a header.
    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3
    var trimmed: Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let end = lastIndex(where: { !isBlank($0) }) else { return "" }
        return self[...end].drop(while: isBlank)
    }
}
