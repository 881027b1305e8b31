"""What delivery costs and how it leaves: tariffs, weights, fees, carriers (F11-F14, T41, T93-T99, T117-T119)."""
