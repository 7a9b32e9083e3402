"""Every list: its filter, its columns, what a person keeps of it, and the file it leaves as."""
