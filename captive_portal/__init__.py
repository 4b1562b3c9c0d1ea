"""What a phone meets: pages, forms and the answers to the systems that ask for the internet."""
