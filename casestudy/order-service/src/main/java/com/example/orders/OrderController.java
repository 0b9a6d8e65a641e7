package com.example.orders;

import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/orders")
public class OrderController {
  public record NewOrder(String shop, String item, int quantity, long unitPrice) {}

  public record Orders(String version, int count, long total, List<Order> orders) {}

  private final OrderStore store;
  private final Release release;

  public OrderController(OrderStore store, Release release) {
    this.store = store;
    this.release = release;
  }

  @GetMapping
  public Orders list() {
    if (release.fault() == Release.Fault.ORDERS_500) throw new IllegalStateException("orders: no such column 'unit_prize'");
    List<Order> orders = store.all();
    long total = orders.stream().mapToLong(Order::total).sum();
    if (release.fault() == Release.Fault.ORDERS_WRONG) total = -total;
    return new Orders(release.version(), orders.size(), total, orders);
  }

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  public Order create(@RequestBody NewOrder order) {
    if (release.fault() == Release.Fault.ORDERS_500) throw new IllegalStateException("orders: no such column 'unit_prize'");
    return store.add(order.shop(), order.item(), order.quantity(), order.unitPrice());
  }

  @ExceptionHandler(IllegalArgumentException.class)
  @ResponseStatus(HttpStatus.BAD_REQUEST)
  public Map<String, String> refused(IllegalArgumentException e) {
    return Map.of("error", e.getMessage());
  }
}
