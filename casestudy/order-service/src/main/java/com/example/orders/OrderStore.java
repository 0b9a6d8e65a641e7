package com.example.orders;

import java.util.ArrayDeque;
import java.util.List;
import org.springframework.stereotype.Component;

/** The orders of this instance, in memory: the newest {@value #KEPT}. */
@Component
public class OrderStore {
  static final int KEPT = 100;

  private final ArrayDeque<Order> orders = new ArrayDeque<>();
  private long lastId;

  public OrderStore() {
    add("Lane 7 Noodles", "bowl", 120, 350);
    add("Harbour Tea", "jasmine, 1 kg", 4, 8800);
  }

  public synchronized Order add(String shop, String item, int quantity, long unitPrice) {
    if (shop == null || shop.isBlank()) throw new IllegalArgumentException("shop: expected a name");
    if (item == null || item.isBlank()) throw new IllegalArgumentException("item: expected a name");
    if (quantity < 1) throw new IllegalArgumentException("quantity: expected 1 or more, got " + quantity);
    if (unitPrice < 0) throw new IllegalArgumentException("unitPrice: expected 0 or more, got " + unitPrice);
    Order order = new Order(++lastId, shop, item, quantity, unitPrice);
    orders.addLast(order);
    if (orders.size() > KEPT) orders.removeFirst();
    return order;
  }

  public synchronized List<Order> all() {
    return List.copyOf(orders);
  }
}
