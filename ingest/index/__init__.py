"""The index: store, columns, immutable snapshots, and how they are built."""
