// Replaced by the first shared piece.
