package com.example.orders;

/** One order of one shop; money in cents. */
public record Order(long id, String shop, String item, int quantity, long unitPrice) {
  public long total() {
    return quantity * unitPrice;
  }
}
