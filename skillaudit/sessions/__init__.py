"""What agents keep of real work: requests, and the skills that were loaded for them. Read only, masked, local."""
