"""Images: file formats, sizes, colours, boxes."""
