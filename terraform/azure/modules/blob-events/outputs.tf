output "undelivered" {
  description = "The container of events that the queue did not take, in the queue's account."
  value       = azurerm_storage_container.undelivered.name
}
