"""What the vectors say: neighbours, confusable clusters, hubs, the confusion graph and the map."""
